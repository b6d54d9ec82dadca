"""Pictures with the alpha that is true of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from device.errors import UsageError
from device.frame import Float32Array, Frame
from device.photo import read_photo


@dataclass(frozen=True, slots=True)
class Matted:
    """One picture of a data set.

    Attributes:
        frame: the picture.
        alpha: float32, shape (height, width), 0 to 1.
        exact: whether the alpha was computed with the picture; else it is a mask.
    """

    frame: Frame
    alpha: Float32Array
    exact: bool


def read_matted(dataset: Path, split: str, limit: int | None) -> Iterator[Matted]:
    """The pictures of a data set in the project's form that show any garment.

    Raises:
        UsageError: it is none, or has no picture of that split.
    """
    index = dataset / "index.csv"
    if not index.is_file():
        raise UsageError(
            f"{dataset} has no index.csv: make a dataset with `python -m train import`"
        )
    with index.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if split in ("all", row["split"])][:limit]
    if not rows:
        raise UsageError(f"{dataset} has no pictures of the split {split!r}: give --split all")
    for row in rows:
        exact = dataset / "alpha" / f"{row['stem']}.png"
        path = exact if exact.is_file() else dataset / row["mask"]
        read = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if read is None or read.ndim != 2:
            raise UsageError(f"{path} is no mask that can be read: copy the dataset again")
        alpha = read.astype(np.float32) / (65535 if read.dtype == np.uint16 else 255)
        if alpha.max() >= 0.5:
            yield Matted(read_photo(dataset / row["image"]), alpha, path == exact)
