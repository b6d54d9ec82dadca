"""What reaches into the picture from its side and was not there while nothing was worn."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import BoolArray, UInt8Array
from device.imaging.thumbnail import find_changes

_LEAST_SHARE = 0.004
"""Of the frame; a cable or a curtain's hem that moved is less."""
_LOWEST = 0.6
"""Of the frame's height from the top: what stays below stands on the floor, as a stool does."""
_CLEAR_CELLS = 2
"""So near to the garment its edge and its shadow are."""
_SHADOW_LEAST, _SHADOW_MOST = 0.5, 1.03
_SHADOW_TINT = 0.1
"""A shadow takes light, of all colours alike; cloth and skin have a colour of their own."""


def measure_reach(bare: UInt8Array, shown: UInt8Array, garment: BoolArray) -> float:
    """Return the share of the frame that reaches in from the left, the right or the top.

    A prop that stands in the picture reaches in from nowhere; nor does a shadow, or the garment
    that the form wears, wherever the frame cuts it off.

    Args:
        bare: uint8, shape (height, width, 3), a thumbnail of the set with nothing worn.
        shown: same shape, a thumbnail of it now.
        garment: bool, shape (height, width), where a preview found garment.

    Returns:
        0 to 1; 0 where the thumbnails have another shape.
    """
    if bare.shape != shown.shape or shown.ndim != 3:
        return 0.0
    changed = find_changes(bare, shown) & ~_find_shadow(bare, shown)
    changed &= ~clear_garment(garment)
    whole = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(np.asarray(whole, np.uint8))
    right = shown.shape[1] - 1
    reached = 0
    for number in range(1, count):
        left, top, width, _, area = (int(each) for each in boxes[number])
        # Opening shifts an island by a cell.
        at_side = left <= 1 or left + width >= right or top <= 1
        if at_side and top < _LOWEST * labels.shape[0] and area >= _LEAST_SHARE * labels.size:
            reached += area
    return reached / labels.size


def clear_garment(garment: BoolArray) -> BoolArray:
    """Return where the form's garment is, with its edge and its shadow.

    Args:
        garment: bool, shape (height, width), where a preview found garment.
    """
    return _widen(_find_largest(garment))


def _find_shadow(bare: UInt8Array, shown: UInt8Array) -> BoolArray:
    kept = (shown.astype(np.float32) + 4) / (bare.astype(np.float32) + 4)
    least, most = kept.min(axis=2), kept.max(axis=2)
    alike = most - least < _SHADOW_TINT
    return np.asarray(alike & (least > _SHADOW_LEAST) & (most < _SHADOW_MOST))


def _find_largest(garment: BoolArray) -> UInt8Array:
    """Return 1 on the largest island: what the form wears, and not what somebody else does."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(garment.astype(np.uint8))
    if count < 2:
        return np.zeros(garment.shape, np.uint8)
    return np.asarray(labels == 1 + int(np.argmax(boxes[1:, cv2.CC_STAT_AREA])), np.uint8)


def _widen(garment: UInt8Array) -> BoolArray:
    side = 2 * _CLEAR_CELLS + 1
    return np.asarray(cv2.dilate(garment, np.ones((side, side), np.uint8)) > 0)
