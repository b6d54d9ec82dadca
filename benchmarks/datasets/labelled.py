"""Labelled pictures of data sets in the project's form, for benchmarks."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.datasets.pictures import BoolArray, read_index
from device.errors import UsageError
from device.imaging.arrays import Float32Array, UInt8Array
from device.imaging.photo import read_photo
from train.datasets.dataset import shows_no_garment

BARE = "bare"
"""Folder of the pictures of the same sets without the garments."""


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture and its labels.

    Attributes:
        data: the data set's name.
        stem: the picture's name in it.
        group: pictures of one garment or scene share it.
        bare: whether there is no garment in it.
        pixels: uint8, shape (height, width, 3), RGB.
        garment: float32, shape (height, width), 0 to 1.
        body: bool, same shape, skin, hair or mannequin; None where nobody labelled it.
        undressed: like `pixels`, the same set without the garment; None where there is none.
        undressed_body: like `body`, of the undressed picture.
    """

    data: str
    stem: str
    group: str
    bare: bool
    pixels: UInt8Array
    garment: Float32Array
    body: BoolArray | None
    undressed: UInt8Array | None = None
    undressed_body: BoolArray | None = None

    @property
    def half(self) -> str:
        """`tuned` or `held out`: the same for all pictures of one garment, on every machine."""
        kin = self.stem if self.bare else self.group
        return "tuned" if zlib.crc32(f"{self.data}/{kin}".encode()) % 2 else "held out"


def read_labelled(dataset: Path, split: str, limit: int | None) -> Iterator[LabelledPicture]:
    """Read the pictures of a data set, evenly drawn where there are more than `limit`.

    Raises:
        UsageError: it is no data set, has no picture of that split, or a file cannot be read.
    """
    rows = read_index(dataset, split, advice=f"write {dataset}@all")
    for row in rows[:: -(-len(rows) // (limit or len(rows)))]:
        bare = dataset / BARE / f"{row['stem']}.jpg"
        pair = bare.is_file()
        yield LabelledPicture(
            data=dataset.resolve().name,
            stem=row["stem"],
            group=row["group"],
            bare=shows_no_garment(row["kind"]),
            pixels=read_photo(dataset / row["image"]).pixels,
            garment=_read_grey(dataset / row["mask"]).astype(np.float32) / np.float32(255),
            body=_read_grey(dataset / row["body"]) >= 128 if row["body"] else None,
            undressed=read_photo(bare).pixels if pair else None,
            undressed_body=_read_grey(bare.with_suffix(".png")) >= 128 if pair else None,
        )


def undress(picture: LabelledPicture) -> LabelledPicture | None:
    """Return the picture of the same set without the garment, None where there is none."""
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


def _read_grey(path: Path) -> UInt8Array:
    read = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if read is None:
        raise UsageError(f"{path} cannot be read: copy the dataset again")
    return np.asarray(read, dtype=np.uint8)
