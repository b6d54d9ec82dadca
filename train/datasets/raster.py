"""Mask files as stored: a number for each pixel, and the palette's colours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from train.arrays import Int32Array, UInt8Array
from train.datasets.decoding import decode_whole, read_content
from train.datasets.one_picture import LeftOutError, guard_picture

# int32 for colours, otherwise the width of the file: 12 megapixels of int32 cost seconds.
Values = npt.NDArray[np.int32 | np.uint16 | np.uint8]

_SAVE_AGAIN = "picture left out: save the mask again, in one channel"


@dataclass(frozen=True, slots=True)
class Raster:
    """Content of a mask file, not yet interpreted.

    Attributes:
        values: (height, width): grey levels or palette indices, uint8 or uint16, or 0xRRGGBB,
            int32.
        colours: int32 (n,), the 0xRRGGBB of each palette index; None without a palette.
        full: the highest level: 255, 65535 of a 16-bit file, 1 of a 1-bit one.
        coloured: whether ``values`` are colours.
    """

    values: Values
    colours: Int32Array | None
    full: int
    coloured: bool

    def find_levels(self) -> list[int]:
        """Return the values that occur, in ascending order."""
        if self.values.dtype == np.int32:
            return [int(each) for each in np.flatnonzero(np.bincount(self.values.ravel()))]
        bins = np.iinfo(self.values.dtype).max + 1
        counts = cv2.calcHist([self.values], [0], None, [bins], [0, bins])
        return [int(each) for each in np.flatnonzero(counts)]


def read_raster(path: Path) -> Raster:
    """Read a mask file of 1, 8 or 16 bits, with a palette, or in colours.

    Raises:
        BrokenPictureError: the file is no picture, or damaged.
        LeftOutError: it has more than 16 bits, or is partly transparent.
    """
    with guard_picture():
        return _interpret(path, decode_whole(read_content(path), is_mask=True))


def _interpret(path: Path, image: Image.Image) -> Raster:
    if image.mode == "P":
        palette = np.zeros(256, np.int32)
        stored = _pack_rgb(np.asarray(image.getpalette("RGB") or [], np.uint8).reshape(-1, 3))
        palette[: len(stored)] = stored
        return Raster(np.array(image, np.uint8), palette, 255, coloured=False)
    if image.mode == "1":
        return Raster(np.array(image, np.uint8), None, 1, coloured=False)
    if image.mode.startswith("I"):
        deep = np.asarray(image)
        if deep.min() < 0 or deep.max() > 65535:
            raise LeftOutError(path, "has more than 16 bits, which no mask needs", _SAVE_AGAIN)
        return Raster(deep.astype(np.uint16), None, 65535, coloured=False)
    if image.mode == "L":
        return Raster(np.array(image, np.uint8), None, 255, coloured=False)
    if image.mode in ("RGBA", "LA") and image.getchannel("A").getextrema()[0] != 255:
        fault = "is partly transparent, so it is a cutout and no mask"
        raise LeftOutError(path, fault, _SAVE_AGAIN)
    colours = np.asarray(image.convert("RGB"))
    if (colours[..., :1] == colours).all():
        return Raster(np.ascontiguousarray(colours[..., 0]), None, 255, coloured=False)
    return Raster(_pack_rgb(colours), None, 255, coloured=True)


def mask_values(values: Values, chosen: Iterable[int]) -> UInt8Array:
    """Return a mask, uint8 (height, width), 255 where a value is one of ``chosen``, else 0."""
    inside = np.isin(values, sorted(chosen))
    return np.asarray(inside.view(np.uint8) * np.uint8(255), np.uint8)


def _pack_rgb(colours: UInt8Array) -> Int32Array:
    """Pack RGB, uint8 (…, 3), into 0xRRGGBB, int32 (…)."""
    red, green, blue = (colours[..., channel].astype(np.int32) for channel in range(3))
    return np.asarray(red << 16 | green << 8 | blue, np.int32)
