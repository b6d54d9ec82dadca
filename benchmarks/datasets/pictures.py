"""The pictures to compare on, with what is true of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from device.errors import UsageError
from device.imaging.frame import UInt8Array
from device.imaging.photo import read_photo
from device.system.path_check import is_file


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a data set.

    Attributes:
        pixels: RGB, (height, width, 3).
        garment: where garment is, (height, width).
        figure: where garment, skin, hair or mannequin is; None where the set does not say.
    """

    pixels: UInt8Array
    garment: Bools
    figure: Bools | None


def read_pictures(dataset: Path, split: str, limit: int | None) -> Iterator[Picture]:
    """The pictures of a data set in the project's form.

    Raises:
        UsageError: it is none, or has no picture of that split.
    """
    for row in index_rows(dataset, split, limit):
        garment = _mask(dataset / row["mask"])
        figure = garment | _mask(dataset / row["body"]) if row["body"] else None
        yield Picture(read_photo(dataset / row["image"]).pixels, garment, figure)


def index_rows(
    dataset: Path, split: str, limit: int | None = None, *, mend: str = "give --split all"
) -> list[dict[str, str]]:
    """The lines of a data set's index, of one split or of ``all``.

    Args:
        dataset: the data set's folder.
        split: ``train``, ``val`` or ``all``.
        limit: lines at most, None for all.
        mend: what to do where there is none of that split.

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
        raise UsageError(f"{dataset} has no pictures of the split {split!r}: {mend}")
    return rows


def _mask(path: Path) -> Bools:
    read = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if read is None:
        raise UsageError(f"{path} cannot be read: copy the dataset again")
    return np.asarray(read >= 128)


Bools = npt.NDArray[np.bool_]
