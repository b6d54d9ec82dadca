"""A picture at half its size, a quarter, and so on."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array

_INTERPOLATED = 1.5
"""Up to this factor interpolation leaves no pixel out, in a fifth of the time of averaging."""


class ImagePyramid:
    """A picture and its halves, each computed once and only when it is needed.

    Halving averages four pixels, which is exact and several times faster than any other factor.
    What is left, less than a factor of two, is averaged by area or, up to 1.5, interpolated. The
    model's input, the preview and the trigger's thumbnail are all taken from the same levels.

    Any thread: two that need the same level at the same time compute equal ones.

    Attributes:
        pixels: the picture itself, uint8, shape (height, width, channels).
    """

    def __init__(self, pixels: UInt8Array) -> None:
        self.pixels = pixels
        self._levels = {0: pixels}

    def crop(self, rows: slice, columns: slice) -> ImagePyramid:
        """Return the pyramid of a part of the picture, with the levels that exist already."""
        part = ImagePyramid(self.pixels[rows, columns])
        ends = (rows.start, rows.stop, columns.start, columns.stop)
        for number in range(1, len(self._levels)):
            height, width = self._levels[number - 1].shape[:2]
            if height % 2 or width % 2 or any(end % 2**number for end in ends):
                break  # From here on a level of the part is the mean of other pixels.
            top, bottom, left, right = (end >> number for end in ends)
            part._levels[number] = self._levels[number][top:bottom, left:right]
        return part

    def resize(self, width_px: int, height_px: int) -> UInt8Array:
        """Return the picture at another size; the same array each time where that is a level."""
        pixels = self.find_level(width_px, height_px)
        if pixels.shape[1::-1] == (width_px, height_px):
            return pixels
        height, width = pixels.shape[:2]
        far = width > _INTERPOLATED * width_px or height > _INTERPOLATED * height_px
        method = cv2.INTER_AREA if far else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(pixels, (width_px, height_px), interpolation=method), np.uint8)

    def halve(self, times: int) -> UInt8Array:
        """Return the picture halved so many times."""
        height, width = self.pixels.shape[:2]
        return self.find_level(max(1, width >> times), max(1, height >> times))

    def find_level(self, width_px: int, height_px: int) -> UInt8Array:
        """Return the smallest level of at least this size; the picture where none is."""
        number = 0
        while True:
            pixels = self._levels[number]
            height, width = pixels.shape[:2]
            if width < 2 * width_px or height < 2 * height_px:
                return pixels
            number += 1
            if number not in self._levels:
                size = (width // 2, height // 2)
                half = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
                self._levels.setdefault(number, half)
