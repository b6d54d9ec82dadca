"""Telling a camera that repeats its last picture from one that looks at something still."""

from __future__ import annotations

from device.imaging.arrays import UInt8Array
from device.imaging.same_picture import same_picture

REPEATS_S = 4.0
"""The same picture to the last bit for so long is no picture of anything."""


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
