"""What every reader of a data set yields, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from train.arrays import UInt8Array


@dataclass(frozen=True, slots=True)
class Labelled:
    """One photo with its labels, as the format has them.

    Attributes:
        stem: unique name.
        file: the photo as a person would name it, for lists of faults.
        photo: the picture's file, or its bytes where the format embeds it.
        mask: uint8 (height, width), 128 and above is garment; in the photo's size, upright or
            as stored.
        body: uint8 (height, width), 255 where skin, hair or mannequin is; None when unknown.
        group: what must stay in one split.
        kind: what it shows.
    """

    stem: str
    file: str
    photo: Path | bytes
    mask: UInt8Array
    body: UInt8Array | None
    group: str
    kind: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A data set being read.

    Attributes:
        total: how many pictures are expected, for the progress line.
        pictures: each picture that its format's reader could make sense of; what it could not
            it has noted as a fault.
        remark: one line for a person about what was chosen, or "".
    """

    total: int
    pictures: Iterator[Labelled]
    remark: str = ""


def stem_of(photo: Path, base: Path) -> str:
    """Name a photo by its path below ``base``, so that sub-folders keep equal names apart."""
    below = photo.relative_to(base) if photo.is_relative_to(base) else Path(photo.name)
    parts = below.with_suffix("").parts
    return "__".join(parts[1:] if len(parts) > 1 and parts[0] == "images" else parts)
