"""How well a mask matches: garment IoU pooled over pixels, boundary F averaged over photos.

The same figures as training reports: `tests/contract_vectors` holds the two together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from convert.arrays import BoolArray, Float32Array

# As in the DAVIS benchmark (Perazzi et al., CVPR 2016): labels drawn by hand differ by as much.
TOLERANCE_SHARE = 0.0075


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures over a set of photos.

    Attributes:
        garment_iou: intersection over union of garment, pooled over all pixels.
        boundary_f: mean F-score of the garment's outline.
    """

    garment_iou: float
    boundary_f: float


def mask_iou(mask: BoolArray, other: BoolArray) -> float:
    """Return the intersection over union of two masks of one picture; 1 when both are empty."""
    union_px = int(np.count_nonzero(mask | other))
    return int(np.count_nonzero(mask & other)) / union_px if union_px else 1.0


class Overlap:
    """Pixels that two series of masks share, added up photo by photo."""

    def __init__(self) -> None:
        self._intersection_px = 0
        self._union_px = 0

    def add(self, mask: BoolArray, other: BoolArray) -> None:
        """Count one photo: two masks of one shape (height, width)."""
        self._intersection_px += int(np.count_nonzero(mask & other))
        self._union_px += int(np.count_nonzero(mask | other))

    @property
    def iou(self) -> float:
        """Intersection over union; 0 while neither has garment, so that emptiness never wins."""
        return self._intersection_px / self._union_px if self._union_px else 0.0


class Tally:
    """Adds up masks photo by photo, so that no more than one has to be in memory."""

    def __init__(self) -> None:
        self._overlap = Overlap()
        self._boundary_f: list[float] = []

    def add(self, predicted: BoolArray, truth: BoolArray) -> None:
        """Count one photo.

        A photo without garment has no outline to find, and an empty mask would be perfect on it:
        it counts in the IoU only, where garment that is none costs.

        Args:
            predicted: garment mask, bool (height, width).
            truth: garment mask of the same shape.
        """
        self._overlap.add(predicted, truth)
        if truth.any():
            self._boundary_f.append(boundary_f(predicted, truth))

    def scores(self) -> Scores:
        """Return the figures so far; 0 while there was nothing to find."""
        return Scores(
            garment_iou=self._overlap.iou,
            boundary_f=float(np.mean(self._boundary_f)) if self._boundary_f else 0.0,
        )


def boundary_f(predicted: BoolArray, truth: BoolArray) -> float:
    """Return the F-score of the garment's outline within 0.75% of the diagonal.

    Distances are those of OpenCV's 5×5 distance transform, within 2% of the Euclidean ones.

    Args:
        predicted: garment mask, bool (height, width).
        truth: garment mask of the same shape.

    Returns:
        0 to 1. Where neither mask has an outline: 1 when they agree, as when both fill the frame,
        else 0.
    """
    ours, theirs = _find_outline(predicted), _find_outline(truth)
    if not ours.any() and not theirs.any():
        return float(predicted.flat[0] == truth.flat[0])
    if not ours.any() or not theirs.any():
        return 0.0
    near_px = max(1.0, TOLERANCE_SHARE * math.hypot(*truth.shape))
    precision = float((_measure_distances(ours, theirs) <= near_px).mean())
    recall = float((_measure_distances(theirs, ours) <= near_px).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _find_outline(mask: BoolArray) -> BoolArray:
    """Return the garment's own outermost pixels; the picture's frame is no outline."""
    solid = mask.astype(np.uint8)
    eroded = cv2.erode(solid, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(solid != eroded)


def _measure_distances(pixels: BoolArray, others: BoolArray) -> Float32Array:
    """Return how far each of ``pixels`` is from the nearest of ``others``, px: float32 (count,)."""
    distance = cv2.distanceTransform((~others).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(distance[pixels], np.float32)
