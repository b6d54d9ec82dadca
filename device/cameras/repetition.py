"""Telling a camera that repeats its last picture from one that looks at something still."""

from __future__ import annotations

import numpy as np

from device.frame import UInt8Array

REPEATS_S = 4.0
"""The same picture to the last bit for so long is no picture of anything."""

_EVERY_PX = 16
# A cap on the lens or a dark room: many cameras clip their noise away, and repeat rightly.
_FLAT_LEVELS = 4


class Repetition:
    """Watches a live stream: the noise of a sensor makes each of its pictures different."""

    def __init__(self) -> None:
        self._last: UInt8Array | None = None
        self._since_s = 0.0

    def lasts(self, pixels: UInt8Array, now_s: float) -> bool:
        """Whether the same picture has come for `REPEATS_S`.

        Args:
            pixels: uint8, shape (height, width, 3); kept, so its memory must not be reused.
            now_s: monotonic clock.
        """
        if self._last is None or not same_picture(pixels, self._last):
            self._last, self._since_s = pixels, now_s
            return False
        return now_s - self._since_s >= REPEATS_S


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
