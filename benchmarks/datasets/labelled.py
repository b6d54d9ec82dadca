"""Labelled pictures of data sets in the project's form, for benchmarks."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.datasets.pictures import index_rows
from device.errors import UsageError
from device.imaging.frame import Float32Array, UInt8Array
from device.imaging.photo import read_photo

Bools = npt.NDArray[np.bool_]

BARE = "bare"
"""What the studio calls a picture of a form that wears nothing, and the folder of such."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture and what is known of it.

    Attributes:
        data: the data set's name.
        stem: the picture's name in it.
        group: pictures of one garment or scene share it.
        bare: whether there is no garment in it.
        pixels: uint8, shape (height, width, 3), RGB.
        garment: float32, shape (height, width), 0 to 1.
        body: bool, same shape, skin, hair or mannequin; None where nobody labelled it.
        undressed: like `pixels`, the same set before the garment came; None where it was not shot.
        undressed_body: like `body`, of the undressed picture.
    """

    data: str
    stem: str
    group: str
    bare: bool
    pixels: UInt8Array
    garment: Float32Array
    body: Bools | None
    undressed: UInt8Array | None = None
    undressed_body: Bools | None = None

    @property
    def half(self) -> str:
        """Which half of the pictures it belongs to; all of a garment's to one, always the same."""
        kin = self.stem if self.bare else self.group
        return "tuned" if zlib.crc32(f"{self.data}/{kin}".encode()) % 2 else "held out"


def read_labelled(dataset: Path, split: str, limit: int | None) -> Iterator[Labelled]:
    """The pictures of a data set, evenly drawn where there are more than `limit`.

    Raises:
        UsageError: it is no data set, has no picture of that split, or a file cannot be read.
    """
    rows = index_rows(dataset, split, mend=f"write {dataset}@all")
    for row in rows[:: -(-len(rows) // (limit or len(rows)))]:
        bare = dataset / BARE / f"{row['stem']}.jpg"
        pair = bare.is_file()
        yield Labelled(
            data=dataset.resolve().name,
            stem=row["stem"],
            group=row["group"],
            bare=row["kind"] == BARE,
            pixels=read_photo(dataset / row["image"]).pixels,
            garment=_grey(dataset / row["mask"]).astype(np.float32) / np.float32(255),
            body=_grey(dataset / row["body"]) >= 128 if row["body"] else None,
            undressed=read_photo(bare).pixels if pair else None,
            undressed_body=_grey(bare.with_suffix(".png")) >= 128 if pair else None,
        )


def find_undressed(picture: Labelled) -> Labelled | None:
    """The same set without the garment, where it was shot."""
    if picture.undressed is None:
        return None
    return replace(
        picture,
        bare=True,
        pixels=picture.undressed,
        garment=np.zeros_like(picture.garment),
        body=picture.undressed_body,
        undressed=None,
        undressed_body=None,
    )


def _grey(path: Path) -> UInt8Array:
    read = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if read is None:
        raise UsageError(f"{path} cannot be read: copy the dataset again")
    return np.asarray(read, dtype=np.uint8)
