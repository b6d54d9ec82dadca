"""Whether a live camera has given one and the same picture twice."""

from __future__ import annotations

import numpy as np

from device.imaging.arrays import UInt8Array

_EVERY_PX = 16
# A cap on the lens or a dark room: many cameras clip their noise away, and repeat rightly.
_FLAT_LEVELS = 4


def same_picture(pixels: UInt8Array, other: UInt8Array) -> bool:
    """Whether two pictures of a live camera are one and the same; flat ones never are.

    Args:
        pixels: uint8, shape (height, width, 3).
        other: the same.
    """
    if other.shape != pixels.shape:
        return False
    sample = pixels[::_EVERY_PX, ::_EVERY_PX]
    if not np.array_equal(sample, other[::_EVERY_PX, ::_EVERY_PX]):
        return False
    if int(sample.max()) - int(sample.min()) < _FLAT_LEVELS:
        return False
    return np.array_equal(pixels, other)
