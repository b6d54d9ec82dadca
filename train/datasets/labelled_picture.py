"""Pictures with labels, as every reader of a foreign format yields them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from train.arrays import UInt8Array
from train.datasets.names import make_printable, shorten


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One photo with its labels.

    Attributes:
        stem: unique name.
        file: the photo as a person would name it, for lists of faults.
        photo: file of the picture, or its bytes if the format embeds it.
        mask: uint8 (height, width), 128 and above is garment; in the size of the photo, upright
            or as stored.
        body: uint8 (height, width), 255 on skin, hair or mannequin; None if unknown.
        group: its group, which is never divided between splits.
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
class UnreadPicture:
    """One photo that a format lists, not yet read.

    Attributes:
        file: the photo, or what names it, for lists of faults.
        read: reads its labels; raises `LeftOutError` where they cannot be used. Whatever else it
            raises is of this picture alone.
    """

    file: str
    read: Callable[[], LabelledPicture]


@dataclass(frozen=True, slots=True)
class ForeignDataset:
    """A data set in a foreign format, opened for reading.

    Attributes:
        total: number of pictures to expect, for the progress line.
        pictures: the pictures; each is read before the next is asked for.
        remark: one line for a person about the choice of labels, or "".
    """

    total: int
    pictures: Iterator[UnreadPicture]
    remark: str = ""


def make_stem(photo: Path, base: Path) -> str:
    """Return a photo's stem: its path below ``base``, so that equal names in folders differ."""
    return shorten(make_key(photo, base))


def make_key(photo: Path, base: Path) -> str:
    """Return the same however long it is, to pair files by."""
    below = photo.relative_to(base) if photo.is_relative_to(base) else Path(photo.name)
    parts = below.parent.joinpath(below.stem).parts
    return make_printable(
        "__".join(parts[1:] if len(parts) > 1 and parts[0] == "images" else parts)
    )
