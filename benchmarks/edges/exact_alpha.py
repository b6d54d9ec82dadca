"""Pictures with their true alpha."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.datasets.pictures import read_index
from device.errors import UsageError
from device.imaging.arrays import Float32Array
from device.imaging.frame import Frame
from device.imaging.photo import read_photo
from device.system.path_check import is_file


@dataclass(frozen=True, slots=True)
class MattedPicture:
    """One picture of a data set.

    Attributes:
        frame: the picture.
        alpha: float32, shape (height, width), 0 to 1.
        exact: whether the alpha was rendered with the picture; else it is a mask.
    """

    frame: Frame
    alpha: Float32Array
    exact: bool


def read_matted(dataset: Path, split: str, limit: int | None) -> Iterator[MattedPicture]:
    """Read the pictures of a data set in the project's form that show any garment.

    Raises:
        UsageError: it is none, or has no picture of that split.
    """
    for row in read_index(dataset, split, limit):
        exact = dataset / "alpha" / f"{row['stem']}.png"
        path = exact if is_file(exact) else dataset / row["mask"]
        read = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if read is None or read.ndim != 2:
            raise UsageError(f"{path} is no mask that can be read: copy the dataset again")
        alpha = read.astype(np.float32) / (65535 if read.dtype == np.uint16 else 255)
        if alpha.max() >= 0.5:
            yield MattedPicture(read_photo(dataset / row["image"]), alpha, path == exact)
