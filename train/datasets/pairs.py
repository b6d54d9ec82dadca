"""Paired folders: a picture and, under the same stem, its mask.

Masks may be 0/1, 0/255 or soft proposals of another network. A proposal that is unsure of too
much of the picture, or that found next to nothing, is refused and listed: a wrong mask teaches
more harm than a missing one.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from train.datasets.pictures import Labelled
from train.errors import UsageError

SUFFIXES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV beside the pictures that says who sent them and what they show.

    Attributes:
        path: the CSV file, with a header.
        stem_column: column that holds the picture's stem.
        group_column: column that names what must stay in one split.
        kind_column: column that names what the picture shows.
    """

    path: Path
    stem_column: str
    group_column: str
    kind_column: str

    def read(self) -> dict[str, tuple[str, str]]:
        """Return (group, kind) by stem."""
        if not self.path.is_file():
            raise UsageError(f"table {self.path} does not exist: name a CSV file")
        with self.path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        wanted = (self.stem_column, self.group_column, self.kind_column)
        for column in wanted:
            if not rows or column not in rows[0]:
                have = ", ".join(rows[0]) if rows else "nothing"
                raise UsageError(f"table {self.path} has no column {column!r}: it has {have}")
        return {row[wanted[0]]: (row[wanted[1]], row[wanted[2]]) for row in rows}


def find(folder: Path) -> list[Path]:
    """List the pictures of a folder by name."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder: name the folder that holds the pictures")
    photos = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not photos:
        raise UsageError(f"{folder} holds no picture (.jpg or .png)")
    return photos


def read(
    photos: list[Path],
    masks: Path,
    *,
    table: Table | None,
    max_soft_share: float,
    min_area_share: float,
    refuse: Callable[[str], None],
) -> Iterator[Labelled]:
    """Read each picture with its mask.

    Args:
        photos: the pictures.
        masks: folder of masks under the pictures' stems, .png.
        table: groups and kinds, or None: each picture a group of its own.
        max_soft_share: refuse a mask of which a larger share lies between 0.1 and 0.9.
        min_area_share: refuse a mask that covers less of the picture.
        refuse: called with one sentence for each refused picture.
    """
    known = table.read() if table else {}
    for photo in photos:
        mask_path = masks / f"{photo.stem}.png"
        mask = cv2.imread(str(mask_path), cv2.IMREAD_GRAYSCALE) if mask_path.is_file() else None
        if mask is None:
            refuse(f"{photo.name}: {mask_path} is missing or no picture")
            continue
        picture = cv2.imread(str(photo), cv2.IMREAD_COLOR)
        if picture is None:
            refuse(f"{photo.name}: not a readable picture")
            continue
        if picture.shape[:2] != mask.shape:
            refuse(
                f"{photo.name}: the picture is {picture.shape[1]}x{picture.shape[0]}, its mask "
                f"{mask.shape[1]}x{mask.shape[0]}"
            )
            continue
        if mask.max() == 1:
            mask = mask * 255
        soft = float(np.mean((mask > 25) & (mask < 230)))
        area = float(np.mean(mask >= 128))
        if soft > max_soft_share:
            refuse(f"{photo.name}: {soft:.0%} of the mask is undecided")
            continue
        if area < min_area_share:
            refuse(f"{photo.name}: the mask covers {area:.1%}")
            continue
        group, kind = known.get(photo.stem, (photo.stem, "garment"))
        yield Labelled(photo.stem, photo, np.asarray(mask, np.uint8), None, group, kind)
