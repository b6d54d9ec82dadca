"""The colours of a garment, to tell one from the next."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import Float32Array
from device.pipeline.quick_mask import QuickMask

_LONGEST_PX = 96
_BINS = 16
# Of the garment's cells: fewer say nothing.
_LEAST_PIXELS = 20
# Of two histograms: front and back of a printed shirt share two thirds, other garments in other
# colours a quarter.
_SAME_SHARE = 0.5


class GarmentColours:
    """How light and how coloured a garment is, as two histograms of its pixels in CIE Lab."""

    def __init__(self, lightness: Float32Array, tints: Float32Array) -> None:
        """Keep two histograms, each of the sum 1."""
        self._histograms = (lightness, tints)

    def is_same(self, other: GarmentColours) -> bool:
        """Whether it may be the same garment, seen from another side or in slightly other light."""
        return all(
            float(np.minimum(own, its).sum()) >= _SAME_SHARE
            for own, its in zip(self._histograms, other._histograms, strict=True)
        )


def measure_colours(mask: QuickMask) -> GarmentColours | None:
    """Return the colours of the garment in a preview; None where hardly anything is garment."""
    scale = _LONGEST_PX / max(mask.frame.width_px, mask.frame.height_px)
    size_px = tuple(
        max(1, round(side * scale)) for side in (mask.frame.width_px, mask.frame.height_px)
    )
    small = cv2.resize(mask.frame.pixels, size_px, interpolation=cv2.INTER_AREA)
    garment = (cv2.resize(mask.grid.inside, size_px) > 0).astype(np.uint8)
    if cv2.countNonZero(garment) < _LEAST_PIXELS:
        return None
    order = cv2.COLOR_RGB2LAB if mask.frame.colour_order == "RGB" else cv2.COLOR_BGR2LAB
    lab = cv2.cvtColor(small, order)
    whole = [0, 256]
    lightness = cv2.calcHist([lab], [0], garment, [_BINS], whole)
    tints = cv2.calcHist([lab], [1, 2], garment, [_BINS * 2] * 2, whole * 2)
    # Smoothed, so that a value beside a bin's border does not count as another colour.
    return GarmentColours(_smooth(lightness, (1, 5)), _smooth(tints, (5, 5)))


def _smooth(histogram: object, size: tuple[int, int]) -> Float32Array:
    smooth = cv2.GaussianBlur(np.asarray(histogram, np.float32), size, 0)
    return np.asarray(smooth / smooth.sum(), dtype=np.float32)
