"""What a mask is worth, counted pixel by pixel.

Nothing of the product is imported here: these functions are what the product is held against.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
Pixels = list[tuple[int, int]]


def overlap(prediction: BoolArray, truth: BoolArray) -> tuple[int, int]:
    """Pixels in both masks, and in either."""
    both = either = 0
    for one, other in zip(prediction.flat, truth.flat, strict=True):
        both += bool(one) and bool(other)
        either += bool(one) or bool(other)
    return both, either


def picture_iou(prediction: BoolArray, truth: BoolArray) -> float:
    """Intersection over union; 1 where there is nothing to find and nothing was found."""
    both, either = overlap(prediction, truth)
    return both / either if either else 1.0


def pooled_iou(pairs: list[tuple[BoolArray, BoolArray]]) -> float:
    """Intersection over union of all pictures' pixels together; 0 while neither has any."""
    counts = [overlap(prediction, truth) for prediction, truth in pairs]
    either = sum(union for _, union in counts)
    return sum(both for both, _ in counts) / either if either else 0.0


def mean_boundary_f(pairs: list[tuple[BoolArray, BoolArray]]) -> float:
    """Mean over the pictures that have a garment to find; 0 without one."""
    found = [
        boundary_f(prediction, truth, tolerance_px(truth))
        for prediction, truth in pairs
        if truth.any()
    ]
    return sum(found) / len(found) if found else 0.0


def tolerance_px(mask: BoolArray) -> float:
    """0.75% of the diagonal, at least a pixel."""
    return max(1.0, 0.0075 * math.sqrt(mask.shape[0] ** 2 + mask.shape[1] ** 2))


def boundary_f(prediction: BoolArray, truth: BoolArray, within_px: float) -> float:
    """F-score of the outlines; without any outline 1 where the masks are equal, else 0."""
    ours, theirs = outline(prediction), outline(truth)
    if not ours and not theirs:
        return float(np.array_equal(prediction, truth))
    if not ours or not theirs:
        return 0.0
    precision = sum(_nearest(pixel, theirs) <= within_px for pixel in ours) / len(ours)
    recall = sum(_nearest(pixel, ours) <= within_px for pixel in theirs) / len(theirs)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def outline(mask: BoolArray) -> Pixels:
    """Garment with a neighbour, of eight, that is none; beyond the picture nothing is known."""
    height, width = mask.shape
    return [
        (y, x)
        for y in range(height)
        for x in range(width)
        if mask[y, x]
        and not all(
            mask[b, a]
            for b in range(max(0, y - 1), min(height, y + 2))
            for a in range(max(0, x - 1), min(width, x + 2))
        )
    ]


def _nearest(pixel: tuple[int, int], others: Pixels) -> float:
    return min(distance_px(pixel[0] - y, pixel[1] - x) for y, x in others)


def distance_px(rows: int, columns: int) -> float:
    """Length of the shortest way in steps to a side, to a corner and of a chess knight.

    The 5×5 chamfer distance of Borgefors ("Distance transformations in digital images", 1986),
    with the step lengths 1, 1.4 and 2.1969: within 2% of the straight line, and what a distance
    transform computes in one pass.
    """
    far, near = max(abs(rows), abs(columns)), min(abs(rows), abs(columns))
    if 2 * near <= far:
        return 2.1969 * near + (far - 2 * near)
    return 2.1969 * (far - near) + 1.4 * (2 * near - far)
