"""How well two outlines match: the boundary F-score of the DAVIS benchmark."""

from __future__ import annotations

import math

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array

TOLERANCE_SHARE = 0.0075  # of the picture's diagonal, as in the DAVIS benchmark (2016)


def relative_tolerance_px(size: tuple[int, int]) -> float:
    """Return 0.75% of the diagonal of a picture of (height, width); at least 1 px."""
    return max(1.0, TOLERANCE_SHARE * math.hypot(*size))


def boundary_f(prediction: BoolArray, truth: BoolArray, *, tolerance_px: float) -> float:
    """Return the F-score of two boundaries within one tolerance; see `boundary_f_at`."""
    return boundary_f_at(prediction, truth, (tolerance_px,))[0]


def boundary_f_at(
    prediction: BoolArray, truth: BoolArray, tolerances_px: tuple[float, ...]
) -> list[float]:
    """Return the F-score of two boundaries (Perazzi et al., CVPR 2016, section 5.1).

    Distances are those of OpenCV's 5×5 distance transform, within 2% of the Euclidean ones.

    Args:
        prediction: shape (height, width).
        truth: same shape.
        tolerances_px: how far apart two boundary pixels may lie and still match.

    Returns:
        For each tolerance 0 to 1. Where neither mask has a boundary: 1 when they agree, as when
        both fill the frame, else 0.
    """
    ours, theirs = _find_boundary(prediction), _find_boundary(truth)
    if not ours.any() and not theirs.any():
        return [float(prediction.flat[0] == truth.flat[0])] * len(tolerances_px)
    if not ours.any() or not theirs.any():
        return [0.0] * len(tolerances_px)
    # Distances matter only around the boundaries, a small part of a 12 megapixel picture.
    x, y, width, height = cv2.boundingRect((ours | theirs).astype(np.uint8))
    box = (slice(y, y + height), slice(x, x + width))
    to_theirs = _measure_distances(ours[box], theirs[box])
    to_ours = _measure_distances(theirs[box], ours[box])
    return [_compute_f_score(to_theirs, to_ours, tolerance_px) for tolerance_px in tolerances_px]


def _find_boundary(mask: BoolArray) -> BoolArray:
    """Return the garment's own outermost pixels; the picture's frame is no boundary."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    return np.asarray(mask & (inner == 0))


def _measure_distances(points: BoolArray, others: BoolArray) -> Float32Array:
    """Return how far each of ``points`` is from the nearest of ``others``, px: float32 (count,)."""
    distance = cv2.distanceTransform((~others).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(distance[points], np.float32)


def _compute_f_score(to_theirs: Float32Array, to_ours: Float32Array, tolerance_px: float) -> float:
    precision = float((to_theirs <= tolerance_px).mean())
    recall = float((to_ours <= tolerance_px).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
