"""A local linear model of the mask in the picture's colours."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from device.imaging.arrays import Float32Array, UInt8Array

_LEAST_VARIANCE = 0.065
"""Of a mask from 0 to 255: below it there is no edge to explain."""


@dataclass(frozen=True, slots=True)
class LinearFit:
    """``slope · colour + offset`` around each pixel, and how far the colours explain the mask.

    Attributes:
        slopes: of the picture's three channels, each float32, shape (height, width).
        offset: float32, same shape.
        explained: float32, same shape: the share of the mask's variance around a pixel that its
            colours account for, 0 where the picture shows no edge, 1 where garment and
            surroundings differ cleanly.
    """

    slopes: tuple[Float32Array, Float32Array, Float32Array]
    offset: Float32Array
    explained: Float32Array


class GuidedFilter:
    """A picture prepared for guided filters (He, Sun and Tang, "Guided Image Filtering", 2013).

    Colour instead of grey: a red print on a green ground of the same brightness is an edge too,
    and a dark stripe at the rim of a shirt is not the backdrop's colour merely because it is not
    the shirt's.
    """

    def __init__(self, picture: UInt8Array, smoothness: float) -> None:
        """Prepare a picture.

        Args:
            picture: uint8, shape (height, width, 3).
            smoothness: variance of colour, in levels squared, that counts as none.
        """
        self._smoothness = np.float32(smoothness)
        # Whole numbers throughout: OpenCV's box filter is twice as fast on them, and exact.
        # Planes: it is as fast on three of them, and numpy much faster.
        red, green, blue = self._planes = cv2.split(picture)
        pairs = ((red, red), (red, green), (red, blue), (green, green), (green, blue), (blue, blue))
        self._products = [_multiply(one, other) for one, other in pairs]

    def fit(self, target: UInt8Array, radius_px: int) -> LinearFit:
        """Fit a target linearly in the colours around each pixel.

        Args:
            target: uint8, shape (height, width).
            radius_px: of the square window.
        """
        side = (2 * radius_px + 1, 2 * radius_px + 1)

        def mean(values: cv2.typing.MatLike) -> Float32Array:
            return np.asarray(cv2.boxFilter(values, cv2.CV_32F, side), dtype=np.float32)

        level = mean(target)
        red, green, blue = means = [mean(plane) for plane in self._planes]
        rr, rg, rb, gg, gb, bb = (mean(product) for product in self._products)
        rr, gg, bb = (
            rr - red * red + self._smoothness,
            gg - green * green + self._smoothness,
            bb - blue * blue + self._smoothness,
        )
        rg, rb, gb = rg - red * green, rb - red * blue, gb - green * blue
        r, g, b = (
            mean(_multiply(plane, target)) - own * level
            for plane, own in zip(self._planes, means, strict=True)
        )
        # The inverse of the symmetric 3×3 covariance of the colours, by its cofactors.
        c00, c01, c02 = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
        c11, c12, c22 = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
        scale = 1 / (rr * c00 + rg * c01 + rb * c02)
        first = (c00 * r + c01 * g + c02 * b) * scale
        second = (c01 * r + c11 * g + c12 * b) * scale
        third = (c02 * r + c12 * g + c22 * b) * scale
        offset = level - first * red - second * green - third * blue
        spread = np.maximum(mean(_multiply(target, target)) - level * level, _LEAST_VARIANCE)
        explained = (first * r + second * g + third * b) / spread
        return LinearFit(
            (mean(first), mean(second), mean(third)),
            mean(offset),
            mean(np.clip(explained, 0, 1)),
        )


def _multiply(one: cv2.typing.MatLike, other: cv2.typing.MatLike) -> cv2.typing.MatLike:
    return np.multiply(one, other, dtype=np.uint16)
