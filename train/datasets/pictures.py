"""What every reader of a data set yields, and writing it out in the neutral form."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from train.datasets.form import Entry, split_of, write_index, write_picture
from train.errors import UsageError
from train.progress import Progress


@dataclass(frozen=True, slots=True)
class Labelled:
    """One photo with its labels.

    Attributes:
        stem: unique name.
        photo: the picture's file; copied byte for byte.
        mask: uint8 (height, width), 128 and above is garment.
        body: uint8 (height, width), 255 where skin, hair or mannequin is; None when unknown.
        group: what must stay in one split.
        kind: what it shows.
    """

    stem: str
    photo: Path
    mask: npt.NDArray[np.uint8]
    body: npt.NDArray[np.uint8] | None
    group: str
    kind: str


def import_into(
    out: Path,
    labelled: Iterable[Labelled],
    *,
    total: int,
    name: str,
    source: str,
    licence: str,
    command: str,
    val_share: float,
    seed: int,
) -> list[Entry]:
    """Write a data set in the neutral form.

    Args:
        out: folder to make; it must not be a data set already.
        labelled: photos with labels.
        total: how many are expected, for the progress line.
        name: the set's short name.
        source: where it comes from.
        licence: of pictures and masks.
        command: what was typed, kept in dataset.json.
        val_share: share of the groups kept apart for validation, 0 to 1.
        seed: of the split.

    Raises:
        UsageError: ``out`` is a data set already, or nothing could be imported.
    """
    if (out / "index.csv").exists():
        raise UsageError(f"{out} is a data set already: name a new folder or remove it first")
    entries = []
    progress = Progress("import", total)
    for item in labelled:
        image = f"images/{item.stem}{item.photo.suffix.lower()}"
        mask = f"masks/{item.stem}.png"
        body = f"body/{item.stem}.png" if item.body is not None else ""
        (out / "images").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(item.photo, out / image)
        write_picture(out / mask, item.mask)
        if item.body is not None:
            write_picture(out / body, item.body)
        split = split_of(item.group, seed=seed, val_share=val_share)
        entries.append(Entry(item.stem, image, mask, body, split, item.group, item.kind))
        progress.step()
    progress.close()
    if not entries:
        raise UsageError(f"nothing to import into {out}: every picture was refused")
    write_index(out, entries, name=name, source=source, licence=licence, command=command, seed=seed)
    return entries
