"""A local linear model of the mask in the picture's colours."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from device.cores import default_threads, side_by_side
from device.frame import Float32Array

_LEAST_VARIANCE = 1e-6
_LARGE = 60_000
"""From so many pixels on, the cores share the work."""


@dataclass(frozen=True, slots=True)
class ColourFit:
    """``slope · colour + offset`` around each pixel, and how far the colours explain the mask.

    Attributes:
        slope: float32, shape (height, width, 3).
        offset: float32, shape (height, width).
        explained: float32, shape (height, width): the share of the mask's variance around a
            pixel that its colours account for, 0 where the picture shows no edge, 1 where
            garment and surroundings differ cleanly.
    """

    slope: Float32Array
    offset: Float32Array
    explained: Float32Array

    def at(self, guide: Float32Array) -> Float32Array:
        """The mask that the model reads from a picture, float32, shape (height, width)."""
        weighted = cv2.transform(guide * self.slope, np.ones((1, 3), np.float32))
        return weighted.reshape(self.offset.shape) + self.offset


class ColourGuide:
    """A picture prepared for guided filters (He, Sun and Tang, "Guided Image Filtering", 2013).

    Colour instead of grey: a red print on a green ground of the same brightness is an edge too,
    and a dark stripe at the rim of a shirt is not the backdrop's colour merely because it is not
    the shirt's.
    """

    def __init__(self, guide: Float32Array) -> None:
        """Take a picture: float32, shape (height, width, 3), values 0 to 1."""
        self.guide = guide
        # Planes: OpenCV's box filter is as fast on three of them, and numpy much faster.
        red, green, blue = self._planes = _split(guide)
        self._products = (
            *(red * red, red * green, red * blue),
            *(green * green, green * blue, blue * blue),
        )

    def fit(self, target: Float32Array, radius_px: int, smoothness: float) -> ColourFit:
        """Fit ``target`` linearly in the colours around each pixel.

        Args:
            target: float32, shape (height, width), 0 to 1.
            radius_px: of the square window.
            smoothness: variance of colour (0 to 1) that counts as none.
        """
        height, parts = len(target), default_threads() if target.size >= _LARGE else 1
        share = -(-height // parts)

        def strip(top: int) -> list[Float32Array]:
            """A mean of means reaches twice the radius beyond the strip."""
            first, last = max(0, top - 2 * radius_px), min(height, top + share + 2 * radius_px)
            fields = self._fit(target, slice(first, last), radius_px, smoothness)
            return [field[top - first : top - first + share] for field in fields]

        tops = range(0, height, share)
        done = [strip(0)] if parts == 1 else list(side_by_side(strip, tops))
        red, green, blue, offset, explained = (
            np.concatenate(parts_of) for parts_of in zip(*done, strict=True)
        )
        slope = np.asarray(cv2.merge([red, green, blue]), dtype=np.float32)
        return ColourFit(slope, offset, explained)

    def _fit(
        self, target: Float32Array, rows: slice, radius_px: int, smoothness: float
    ) -> list[Float32Array]:
        """Slopes in red, green and blue, offset, and what is explained, of some rows."""
        side = (2 * radius_px + 1, 2 * radius_px + 1)

        def mean(values: Float32Array) -> Float32Array:
            return np.asarray(cv2.boxFilter(values, cv2.CV_32F, side), dtype=np.float32)

        target = target[rows]
        planes = [plane[rows] for plane in self._planes]
        level = mean(target)
        red, green, blue = (mean(plane) for plane in planes)
        rr, rg, rb, gg, gb, bb = (mean(product[rows]) for product in self._products)
        rr, gg, bb = (
            rr - red * red + smoothness,
            gg - green * green + smoothness,
            bb - blue * blue + smoothness,
        )
        rg, rb, gb = rg - red * green, rb - red * blue, gb - green * blue
        r, g, b = (
            mean(plane * target) - own * level
            for plane, own in zip(planes, (red, green, blue), strict=True)
        )
        # The inverse of the symmetric 3×3 covariance of the colours, by its cofactors.
        c00, c01, c02 = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
        c11, c12, c22 = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
        scale = 1 / (rr * c00 + rg * c01 + rb * c02)
        slopes = (
            (c00 * r + c01 * g + c02 * b) * scale,
            (c01 * r + c11 * g + c12 * b) * scale,
            (c02 * r + c12 * g + c22 * b) * scale,
        )
        offset = level - slopes[0] * red - slopes[1] * green - slopes[2] * blue
        spread = np.maximum(mean(target * target) - level * level, _LEAST_VARIANCE)
        explained = (slopes[0] * r + slopes[1] * g + slopes[2] * b) / spread
        return [mean(field) for field in (*slopes, offset, np.clip(explained, 0, 1))]


def _split(picture: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
    red, green, blue = (np.asarray(plane, dtype=np.float32) for plane in cv2.split(picture))
    return red, green, blue
