"""What a garment mask is worth: pooled IoU, boundary F, leak.

None of them can be won by calling everything background: an empty mask scores 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
BOUNDARY_TOLERANCE = 0.0075  # of the picture's diagonal, as in the DAVIS benchmark (2016)


def _boundary(mask: BoolArray) -> BoolArray:
    """Return the garment's own outermost pixels; the picture's frame is no boundary."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    return np.asarray(mask & (inner == 0))


def _share_near(points: BoolArray, others: BoolArray, tolerance_px: float) -> float:
    """Share of ``points`` that lie within the tolerance of any of ``others``."""
    if not points.any():
        return 0.0
    if not others.any():
        return 0.0
    distance = cv2.distanceTransform((~others).astype(np.uint8), cv2.DIST_L2, 5)
    return float((distance[points] <= tolerance_px).mean())


def boundary_f(prediction: BoolArray, truth: BoolArray, *, tolerance_px: float) -> float:
    """F-score of two boundaries (Perazzi et al., CVPR 2016, section 5.1).

    Args:
        prediction: shape (height, width).
        truth: same shape.
        tolerance_px: how far apart two boundary pixels may lie and still match.

    Returns:
        0 to 1; 1 when neither mask has a boundary.
    """
    ours, theirs = _boundary(prediction), _boundary(truth)
    if not ours.any() and not theirs.any():
        return 1.0
    precision = _share_near(ours, theirs, tolerance_px)
    recall = _share_near(theirs, ours, tolerance_px)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass(slots=True)
class Score:
    """Counts pooled over the pictures of a set."""

    pictures: int = 0
    intersection_px: int = 0
    union_px: int = 0
    predicted_px: int = 0
    predicted_where_body_known_px: int = 0
    leaked_px: int = 0
    boundary_f_sum: float = 0.0

    def add(self, prediction: BoolArray, truth: BoolArray, body: BoolArray | None) -> float:
        """Count one picture, masks of shape (height, width); return its own garment IoU."""
        intersection = int((prediction & truth).sum())
        union = int((prediction | truth).sum())
        self.pictures += 1
        self.intersection_px += intersection
        self.union_px += union
        self.predicted_px += int(prediction.sum())
        if body is not None:
            self.predicted_where_body_known_px += int(prediction.sum())
            self.leaked_px += int((prediction & body & ~truth).sum())
        tolerance_px = max(1.0, BOUNDARY_TOLERANCE * math.hypot(*prediction.shape))
        self.boundary_f_sum += boundary_f(prediction, truth, tolerance_px=tolerance_px)
        return intersection / union if union else 1.0

    @property
    def garment_iou(self) -> float:
        """Intersection over union of class 1, pooled over all pixels."""
        return self.intersection_px / self.union_px if self.union_px else 0.0

    @property
    def boundary_f(self) -> float:
        """Mean of the pictures' boundary F at 0.75% of the diagonal."""
        return self.boundary_f_sum / self.pictures if self.pictures else 0.0

    @property
    def leak(self) -> float | None:
        """Share of predicted garment on skin, hair or mannequin; None where that is unknown."""
        if not self.predicted_where_body_known_px:
            return None
        return self.leaked_px / self.predicted_where_body_known_px

    def as_dict(self) -> dict[str, float | int | None]:
        """Return the figures, rounded for people, as they stand in metrics.json."""
        leak = self.leak
        return {
            "pictures": self.pictures,
            "garment_iou": round(self.garment_iou, 4),
            "boundary_f": round(self.boundary_f, 4),
            "leak": None if leak is None else round(leak, 4),
        }
