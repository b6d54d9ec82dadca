"""The garment's own colour where its edge is soft."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array, UInt8Array
from device.matting.band import BandPixels, SampleGrid

_WINDOW_PX = 5
"""Of half the model's picture: wide enough to reach pure colours across a cell's soft edge."""
_PURITY = 6.0
"""A high power, so that mixed pixels weigh next to nothing on either side."""
_WEIGHTS = np.round(255 * (np.arange(256) / 255) ** _PURITY).astype(np.uint8)
_LEAST_WEIGHT = np.float32(1e-3 * 255**2)
"""Of the pixel itself: it decides only where nothing pure is near."""


@dataclass(frozen=True, slots=True)
class EdgeColours:
    """What to show instead of the frame's own pixels.

    Attributes:
        where: flat indices into the frame's pixels, only of those with an alpha of 1 to 254.
        colours: uint8, shape (len(where), 3), in the frame's colour order.
    """

    where: npt.NDArray[np.intp]
    colours: UInt8Array


class Foreground:
    """Estimates the garment's colour under half-transparent pixels.

    M. Forte, "Approximate Fast Foreground Colour Estimation" (ICIP 2021): the garment's and the
    surroundings' colours are blurred into the edge from where they are pure, and the pixel's
    difference from their mixture goes to the garment by its share. The blur runs on half of the
    model's picture and is interpolated at the frame's pixels.
    """

    def __init__(self, alpha: UInt8Array, picture: UInt8Array) -> None:
        """Blur both sides' colours into the edge.

        Args:
            alpha: uint8, shape (rows, columns).
            picture: uint8, shape (rows, columns, 3).
        """
        rgba = cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA)
        self._garment = _blur_weighted(cv2.LUT(alpha, _WEIGHTS), rgba)
        self._around = _blur_weighted(cv2.LUT(alpha, _WEIGHTS[::-1]), rgba)

    def estimate_colours(
        self, grid: SampleGrid, pixels: BandPixels, seen: UInt8Array, alpha: UInt8Array
    ) -> UInt8Array:
        """Return the garment's colours at some of a frame's pixels.

        Args:
            grid: where ``picture`` lies on the frame.
            pixels: which.
            seen: uint8, shape (pixels, 3), the frame there, in the picture's channel order.
            alpha: uint8, shape (pixels,), the mask there.

        Returns:
            uint8, shape (pixels, 3).
        """
        colours = seen.astype(np.float32)
        front, behind = (
            _find_pure_colours(grid.sample(side, pixels)[0], colours)
            for side in (self._garment, self._around)
        )
        share = alpha.astype(np.float32)[:, np.newaxis] * np.float32(1 / 255)
        estimate = front + share * (colours - share * front - (1 - share) * behind)
        return np.asarray(np.clip(estimate + np.float32(0.5), 0, 255), dtype=np.uint8)


def _blur_weighted(weight: cv2.typing.MatLike, rgba: cv2.typing.MatLike) -> Float32Array:
    """Return one side's colours times their weights, and the weights times 255, blurred."""
    weighted = np.multiply(rgba, cv2.merge([weight] * 4), dtype=np.uint16)
    blurred = cv2.boxFilter(weighted, cv2.CV_32F, (_WINDOW_PX, _WINDOW_PX))
    return np.asarray(blurred, dtype=np.float32)


def _find_pure_colours(weighted: Float32Array, seen: Float32Array) -> Float32Array:
    """Return the mean colour of a side; the frame's own where nothing pure of it is near."""
    total = 255 * weighted[:, :3] + _LEAST_WEIGHT * seen
    return np.asarray(total / (weighted[:, 3:] + _LEAST_WEIGHT), dtype=np.float32)
