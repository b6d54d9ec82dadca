"""IoU and boundary F of masks, pooled as `python -m train evaluate` pools them, and times."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np

from benchmarks.datasets.pictures import Bools, Picture

TOLERANCE = 0.0075
"""Of the picture's diagonal (Perazzi et al., CVPR 2016)."""


@dataclass(slots=True)
class Overlap:
    """Pixels counted over the pictures of a set."""

    intersection_px: int = 0
    union_px: int = 0

    def add(self, found: Bools, truth: Bools) -> None:
        """Count one picture: two masks of one shape (height, width)."""
        self.intersection_px += int((found & truth).sum())
        self.union_px += int((found | truth).sum())

    @property
    def iou(self) -> float:
        """Intersection over union, pooled over all pixels."""
        return self.intersection_px / max(1, self.union_px)


@dataclass(slots=True)
class Score:
    """What one of those compared reached.

    Attributes:
        garment: overlap with garment.
        figure: overlap with garment, skin, hair and mannequin together, which is what a
            people-cutter is after; only pictures that say where those are.
        boundary_f: of the garment's outline, by picture.
        wall_ms: by picture, from the picture in memory to a mask of its size.
        cpu_ms: the same in processor time, over all threads.
    """

    garment: Overlap = field(default_factory=Overlap)
    figure: Overlap = field(default_factory=Overlap)
    boundary_f: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def add(self, found: Bools, picture: Picture, wall_ms: float, cpu_ms: float) -> None:
        """Count one picture."""
        self.garment.add(found, picture.garment)
        if picture.figure is not None:
            self.figure.add(found, picture.figure)
        reach_px = max(1.0, TOLERANCE * math.hypot(*found.shape))
        self.boundary_f.append(boundary_f(found, picture.garment, reach_px))
        self.wall_ms.append(wall_ms)
        self.cpu_ms.append(cpu_ms)

    def cells(self) -> list[str]:
        """The cells of a table's row: `COLUMNS`."""
        return [
            f"{self.garment.iou:.3f}",
            f"{float(np.mean(self.boundary_f)):.3f}",
            f"{self.figure.iou:.3f}" if self.figure.union_px else "–",
            f"{float(np.median(self.wall_ms)):.0f}",
            f"{float(np.median(self.cpu_ms)):.0f}",
        ]


COLUMNS = ("garment IoU", "boundary F", "figure IoU", "ms", "CPU ms")


def boundary_f(found: Bools, truth: Bools, reach_px: float) -> float:
    """F-score of the outlines of two masks: what lies within ``reach_px`` of the other's."""
    ours, theirs = _outline(found), _outline(truth)
    if not ours.any() or not theirs.any():
        return float(ours.any() == theirs.any())
    precision, recall = _near(ours, theirs, reach_px), _near(theirs, ours, reach_px)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _outline(mask: Bools) -> Bools:
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    return np.asarray(mask & (inner == 0), dtype=np.bool_)


def _near(points: Bools, others: Bools, reach_px: float) -> float:
    distance = cv2.distanceTransform((~others).astype(np.uint8), cv2.DIST_L2, 5)
    return float((distance[points] <= reach_px).mean())
