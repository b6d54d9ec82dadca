"""The pictures to compare on, with their true masks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from device.errors import UsageError
from device.imaging.arrays import UInt8Array
from device.imaging.photo import read_photo
from device.system.path_check import is_file

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a data set.

    Attributes:
        pixels: RGB, (height, width, 3).
        garment: bool, (height, width), where garment is.
        figure: bool, where garment, skin, hair or mannequin is; None where nobody labelled it.
    """

    pixels: UInt8Array
    garment: BoolArray
    figure: BoolArray | None


def read_pictures(dataset: Path, split: str, limit: int | None) -> Iterator[Picture]:
    """Read the pictures of a data set in the project's form.

    Raises:
        UsageError: it is none, or has no picture of that split.
    """
    for row in read_index(dataset, split, limit):
        garment = _read_mask(dataset / row["mask"])
        figure = garment | _read_mask(dataset / row["body"]) if row["body"] else None
        yield Picture(read_photo(dataset / row["image"]).pixels, garment, figure)


def read_index(
    dataset: Path, split: str, limit: int | None = None, *, advice: str = "give --split all"
) -> list[dict[str, str]]:
    """Read the lines of a data set's index, of one split or of ``all``.

    Args:
        dataset: the data set's folder.
        split: ``train``, ``val`` or ``all``.
        limit: lines at most, None for all.
        advice: ends the sentence of the error where there is none of that split.

    Raises:
        UsageError: it is no data set, or has no picture of that split.
    """
    index = dataset / "index.csv"
    if not is_file(index):
        raise UsageError(
            f"{dataset} has no index.csv: make a dataset with `python -m train import`"
        )
    with index.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if split in ("all", row["split"])][:limit]
    if not rows:
        raise UsageError(f"{dataset} has no pictures of the split {split!r}: {advice}")
    return rows


def _read_mask(path: Path) -> BoolArray:
    read = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if read is None:
        raise UsageError(f"{path} cannot be read: copy the dataset again")
    return np.asarray(read >= 128)
