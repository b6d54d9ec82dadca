"""Cameras that repeat their last picture, as opposed to those that film something still."""

from __future__ import annotations

import numpy as np

from device.imaging.arrays import UInt8Array

REPEATS_S = 4.0
"""A camera that gives the same picture, to the last bit, for this long is not filming."""

# Noise makes two pictures differ nearly everywhere, so that a sample shows it at once.
_SAMPLE_EVERY_PX = 16
# With the lens cap on or in a dark room many cameras clip their noise away, and rightly repeat.
_FLAT_LEVELS = 4


class Repetition:
    """Watches a live stream, in which a sensor's noise makes each picture different."""

    def __init__(self) -> None:
        self._last: UInt8Array | None = None
        self._since_s = 0.0

    def is_repeating(self, pixels: UInt8Array, now_s: float) -> bool:
        """Whether the same picture has come for `REPEATS_S`.

        Args:
            pixels: uint8, shape (height, width, 3); kept, so its memory must not be reused.
            now_s: monotonic clock.
        """
        if self._last is None or not is_same_picture(pixels, self._last):
            self._last, self._since_s = pixels, now_s
            return False
        return now_s - self._since_s >= REPEATS_S


def is_same_picture(pixels: UInt8Array, other: UInt8Array) -> bool:
    """Whether two pictures of a live camera are equal; those without any contrast never are.

    Args:
        pixels: uint8, shape (height, width, 3).
        other: the same.
    """
    if other.shape != pixels.shape:
        return False
    sample = pixels[::_SAMPLE_EVERY_PX, ::_SAMPLE_EVERY_PX]
    if not np.array_equal(sample, other[::_SAMPLE_EVERY_PX, ::_SAMPLE_EVERY_PX]):
        return False
    if int(sample.max()) - int(sample.min()) < _FLAT_LEVELS:
        return False
    return np.array_equal(pixels, other)
