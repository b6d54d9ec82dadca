"""Where the labels of points go, so that none covers a point or another label."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]

# A mark with the paper's edge around it.
MARK_PX = 10
# Lines are covered by boxes of this size: thinner than a letter is high.
_LINE_STEP_PX = 4
# Between a point's centre and its label: a mark has a radius of 4.
_GAP_PX = 7
# Between one row of places and the next: a line of text.
_ROW_PX = 15
# Weight of a pixel outside the chart against a covered pixel²: cut letters cannot be read at all.
_OUTSIDE_WEIGHT = 100
# Cost of each next place in the list, pixel²: rather touch a line than stand far from the point.
_RANK_COST_PX2 = 4


def box_marks(places: Float64Array) -> Float64Array:
    """Return the boxes that marks fill.

    Args:
        places: float64 (marks, 2), x and y, pixels, y upwards.

    Returns:
        float64 (marks, 4), left, bottom, right and top of each.
    """
    return np.hstack((places - MARK_PX / 2, places + MARK_PX / 2))


def box_line(places: Float64Array) -> Float64Array:
    """Return small boxes, as `box_marks` does, along the line through these places."""
    steps = [np.empty((0, 2))]
    for start, end in pairwise(places):
        count = max(1, round(float(np.hypot(*(end - start))) / _LINE_STEP_PX))
        steps.append(np.linspace(start, end, count, endpoint=False))
    corners = np.concatenate(steps) - _LINE_STEP_PX / 2
    return np.hstack((corners, corners + _LINE_STEP_PX))


def place_label(
    point: Float64Array, size: Float64Array, taken: Float64Array, bounds: Float64Array
) -> Float64Array:
    """Choose the place beside a point that covers least, and of equal ones the nearest.

    Args:
        point: float64 (2,), where the point lies, pixels, y upwards.
        size: float64 (2,), width and height of the label, pixels.
        taken: float64 (boxes, 4), what must not be covered: points, lines and other labels.
        bounds: float64 (4,), what the label must not stick out of.

    Returns:
        float64 (4,), the box that the label fills.
    """
    corners = _corners(point, size)
    boxes = np.hstack((corners, corners + size))
    shared = np.minimum(boxes[:, None, 2:], taken[None, :, 2:]) - np.maximum(
        boxes[:, None, :2], taken[None, :, :2]
    )
    covered_px2 = shared.clip(0).prod(axis=2).sum(axis=1)
    beyond = np.hstack((bounds[:2] - boxes[:, :2], boxes[:, 2:] - bounds[2:]))
    outside_px = beyond.clip(0).sum(axis=1)
    cost = covered_px2 + _OUTSIDE_WEIGHT * outside_px + _RANK_COST_PX2 * np.arange(len(boxes))
    chosen: Float64Array = boxes[cost.argmin()]
    return chosen


def _corners(point: Float64Array, size: Float64Array) -> Float64Array:
    """List the lower left corners of all places, the best ones first."""
    (x, y), (width, height) = point, size
    columns = (x - width / 2, x + _GAP_PX, x - _GAP_PX - width)
    above, below = y + _GAP_PX, y - _GAP_PX - height
    level = [(column, y - height / 2) for column in columns[1:]]
    rows = (above, below, above + _ROW_PX, below - _ROW_PX)
    around = [(column, row) for row in rows for column in columns]
    return np.array([*around[:6], *level, *around[6:]])
