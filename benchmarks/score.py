"""Garment IoU and boundary F of masks, pooled as `python -m train evaluate` pools them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
TOLERANCE = 0.0075
"""Of the picture's diagonal (Perazzi et al., CVPR 2016)."""


@dataclass(slots=True)
class Score:
    """Counts over the pictures of a set, and the time each took."""

    intersection_px: int = 0
    union_px: int = 0
    boundary_f: list[float] = field(default_factory=list)
    taken_ms: list[float] = field(default_factory=list)

    def add(self, found: Bools, truth: Bools, taken_ms: float) -> None:
        """Count one picture: two masks of one shape (height, width)."""
        self.intersection_px += int((found & truth).sum())
        self.union_px += int((found | truth).sum())
        self.boundary_f.append(_boundary_f(found, truth))
        self.taken_ms.append(taken_ms)

    @property
    def iou(self) -> float:
        """Intersection over union, pooled over all pixels."""
        return self.intersection_px / max(1, self.union_px)

    def row(self, name: str) -> str:
        """One row of a Markdown table."""
        f, ms = float(np.mean(self.boundary_f)), float(np.median(self.taken_ms))
        return f"| {name} | {len(self.taken_ms)} | {self.iou:.3f} | {f:.3f} | {ms:.0f} |"


def _boundary_f(found: Bools, truth: Bools) -> float:
    ours, theirs = _outline(found), _outline(truth)
    if not ours.any() or not theirs.any():
        return float(ours.any() == theirs.any())
    reach = max(1.0, TOLERANCE * math.hypot(*found.shape))
    precision, recall = _near(ours, theirs, reach), _near(theirs, ours, reach)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _outline(mask: Bools) -> Bools:
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    return np.asarray(mask & (inner == 0), dtype=np.bool_)


def _near(points: Bools, others: Bools, reach_px: float) -> float:
    distance = cv2.distanceTransform((~others).astype(np.uint8), cv2.DIST_L2, 5)
    return float((distance[points] <= reach_px).mean())
