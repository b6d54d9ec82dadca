"""A local linear model of the mask in the picture's colours."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from device.frame import Float32Array

_LEAST_VARIANCE = 1e-6


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
        red, green, blue = cv2.split(guide)
        self._products = (
            cv2.merge([red * red, red * green, red * blue]),
            cv2.merge([green * green, green * blue, blue * blue]),
        )

    def fit(self, target: Float32Array, radius_px: int, smoothness: float) -> ColourFit:
        """Fit ``target`` linearly in the colours around each pixel.

        Args:
            target: float32, shape (height, width), 0 to 1.
            radius_px: of the square window.
            smoothness: variance of colour (0 to 1) that counts as none.
        """
        side = (2 * radius_px + 1, 2 * radius_px + 1)

        def mean(values: cv2.typing.MatLike) -> Float32Array:
            return np.asarray(cv2.boxFilter(values, cv2.CV_32F, side), dtype=np.float32)

        colour, level = mean(self.guide), mean(target)
        red, green, blue = cv2.split(colour)
        rr, rg, rb = cv2.split(mean(self._products[0]))
        gg, gb, bb = cv2.split(mean(self._products[1]))
        rr, gg, bb = (
            rr - red * red + smoothness,
            gg - green * green + smoothness,
            bb - blue * blue + smoothness,
        )
        rg, rb, gb = rg - red * green, rb - red * blue, gb - green * blue
        covariance = mean(self.guide * target[..., None])
        r, g, b = (
            part - own * level
            for part, own in zip(cv2.split(covariance), (red, green, blue), strict=True)
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
        return ColourFit(
            np.asarray(mean(cv2.merge(slopes)), dtype=np.float32),
            mean(offset),
            mean(np.clip(explained, 0, 1)),
        )
