"""A picture at smaller sizes, made by halving."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array

_NEAR = 1.5


class ImagePyramid:
    """A picture at half, a quarter, … of its size, each made once and only when asked for.

    Halving averages four pixels, which is exact and several times faster than any other factor.
    What is left, less than a factor of two, is averaged by area or, up to 1.5, interpolated. The
    model's input, the preview and the trigger's thumbnail are all taken from the same halves.

    Attributes:
        pixels: the picture itself, uint8, shape (height, width, channels).
    """

    def __init__(self, pixels: UInt8Array) -> None:
        self.pixels = pixels
        self._halves = [pixels]

    def of_part(self, rows: slice, columns: slice) -> ImagePyramid:
        """Those of a part of the picture, without making again what there is."""
        part = ImagePyramid(self.pixels[rows, columns])
        ends = (rows.start, rows.stop, columns.start, columns.stop)
        for level, half in enumerate(self._halves[1:], start=1):
            height, width = self._halves[level - 1].shape[:2]
            if height % 2 or width % 2 or any(end % 2**level for end in ends):
                break  # From here on a half of the part holds other pixels.
            top, bottom, left, right = (end >> level for end in ends)
            part._halves.append(half[top:bottom, left:right])
        return part

    def resized(self, width_px: int, height_px: int) -> UInt8Array:
        """The picture at another size; the same array for the same size."""
        pixels = self.halved(width_px, height_px)
        if pixels.shape[1::-1] == (width_px, height_px):
            return pixels
        # Up to this factor interpolation leaves no pixel out, in a fifth of the time.
        far = pixels.shape[1] > _NEAR * width_px or pixels.shape[0] > _NEAR * height_px
        method = cv2.INTER_AREA if far else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(pixels, (width_px, height_px), interpolation=method), np.uint8)

    def level(self, times: int) -> UInt8Array:
        """The picture halved so many times."""
        height, width = self.pixels.shape[:2]
        return self.halved(max(1, width >> times), max(1, height >> times))

    def halved(self, width_px: int, height_px: int) -> UInt8Array:
        """The smallest half of a half … that is at least so large; the picture where it is not."""
        index = 0
        while True:
            pixels = self._halves[index]
            height, width = pixels.shape[:2]
            if width < 2 * width_px or height < 2 * height_px:
                return pixels
            index += 1
            if index == len(self._halves):
                half = (width // 2, height // 2)
                made = cv2.resize(pixels, half, interpolation=cv2.INTER_AREA)
                self._halves.append(np.asarray(made, dtype=np.uint8))
