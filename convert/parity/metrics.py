"""How well a mask matches: garment IoU pooled over pixels, boundary F averaged over photos.

The same figures as training reports; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from convert.arrays import BoolArray

BOUNDARY_TOLERANCE = 0.0075
"""Share of the diagonal by which boundaries may differ (Perazzi et al., CVPR 2016)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures over a set of photos.

    Attributes:
        garment_iou: intersection over union of garment, pooled over all pixels.
        boundary_f: mean F-score of the garment's outline.
    """

    garment_iou: float
    boundary_f: float


class Tally:
    """Adds up masks photo by photo, so that no more than one has to be in memory."""

    def __init__(self) -> None:
        self._intersection = 0
        self._union = 0
        self._boundary: list[float] = []

    def add(self, predicted: BoolArray, truth: BoolArray) -> None:
        """Count one photo.

        Args:
            predicted: garment mask, bool (height, width).
            truth: garment mask of the same shape.
        """
        self.add_overlap(predicted, truth)
        self._boundary.append(boundary_f(predicted, truth))

    def add_overlap(self, predicted: BoolArray, truth: BoolArray) -> None:
        """Count one photo's areas alone, where nobody asks for the outline; see ``add``."""
        self._intersection += int(np.count_nonzero(predicted & truth))
        self._union += int(np.count_nonzero(predicted | truth))

    @property
    def garment_iou(self) -> float:
        """IoU so far; 1 where neither mask ever had garment, as two empty masks agree."""
        return self._intersection / self._union if self._union else 1.0

    def scores(self) -> Scores:
        """Figures so far; 0 when nothing was counted, so that emptiness never wins."""
        return Scores(
            garment_iou=self._intersection / self._union if self._union else 0.0,
            boundary_f=float(np.mean(self._boundary)) if self._boundary else 0.0,
        )


def boundary_f(predicted: BoolArray, truth: BoolArray) -> float:
    """F-score of the garment's outline within a tolerance of 0.75% of the diagonal.

    Args:
        predicted: garment mask, bool (height, width).
        truth: garment mask of the same shape.

    Returns:
        0 to 1; 1 when both masks have no outline.
    """
    ours, theirs = _outline(predicted), _outline(truth)
    if not ours.any() and not theirs.any():
        return 1.0
    if not ours.any() or not theirs.any():
        return 0.0
    near_px = max(1.0, BOUNDARY_TOLERANCE * float(np.hypot(truth.shape[0], truth.shape[1])))
    precision = _share_within(ours, theirs, near_px)
    recall = _share_within(theirs, ours, near_px)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _outline(mask: BoolArray) -> BoolArray:
    """The garment's outermost pixels; the picture's edge is no outline."""
    solid = mask.astype(np.uint8)
    eroded = cv2.erode(solid, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(solid != eroded)


def _share_within(pixels: BoolArray, of: BoolArray, near_px: float) -> float:
    distance = cv2.distanceTransform((~of).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return float(np.mean(distance[pixels] <= near_px))
