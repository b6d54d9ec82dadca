"""How good a mask is likely to be, by what the model itself is unsure of."""

from __future__ import annotations

import math

import cv2
import numpy as np

from device.bundle.specs import IouModel
from device.imaging.arrays import Float32Array
from device.segmentation.cell_grid import CellGrid

_PLACES = 8
"""The longer side of the grid has so many places to point at."""
_LEAST_DOUBT = 0.1
"""Mean of 4p(1-p), 1 for a cell that may as well be the other class: less is an edge as any."""
_DOUBT = 0.2, 0.8
"""Probabilities between are in doubt."""
_EDGE_CELLS = 3
"""Where the model knows the garment, its doubt along the edge is narrower than this square."""


def measure_soft_iou(grid: CellGrid) -> float:
    """Return the mask's expected IoU if each cell were garment as probably as the model says.

    With p as the probabilities and m as the mask (p > 1/2), the expected intersection is the sum
    of p over m, and the expected union the cells of m and the sum of p over the others.

    Args:
        grid: of all passes.
    """
    inside = grid.inside
    chances = _read_chances(inside)
    garment = inside > 0
    found, missed = float(chances[garment].sum()), float(chances[~garment].sum())
    count = int(np.count_nonzero(garment))
    return found / (count + missed) if count else 0.0


def measure_doubt_share(grid: CellGrid) -> float:
    """Return what is in doubt beyond the edge, as a share of the mask, at most 1.

    Every mask is in doubt along its edge. What is wider than that is a part that may as well be
    another: a sleeve, a prop, a shadow.

    Args:
        grid: of all passes.
    """
    chances = _read_chances(grid.inside)
    doubtful = ((chances > _DOUBT[0]) & (chances < _DOUBT[1])).astype(np.uint8)
    wide = cv2.morphologyEx(doubtful, cv2.MORPH_OPEN, np.ones((_EDGE_CELLS, _EDGE_CELLS), np.uint8))
    count = int(np.count_nonzero(grid.inside > 0))
    return min(1.0, cv2.countNonZero(wide) / count) if count else 1.0


def predict_iou(
    model: IouModel, soft_iou: float, agreement: float | None, doubt_share: float
) -> float:
    """Return the IoU that masks of this kind had on labelled pictures, 0 to 1.

    Args:
        model: fitted to pictures that training never saw.
        soft_iou: of `measure_soft_iou`.
        agreement: of `device.segmentation.cell_grid.CellGrid`; None stands for the model's mean.
        doubt_share: of `measure_doubt_share`.
    """
    agreed = model.mean_agreement if agreement is None else agreement
    exponent = (
        model.intercept
        + model.soft_iou * math.log(1 - soft_iou + model.offset)
        + model.agreement * math.log(1 - agreed + model.offset)
        + model.doubt_share * math.log(doubt_share + model.offset)
    )
    # At most all is lost, whatever the weights are.
    lost = math.exp(min(exponent, math.log(1 + model.offset)))
    return min(1.0, max(0.0, 1 + model.offset - lost))


def find_weakest(grid: CellGrid) -> tuple[int, int, int, int] | None:
    """Find the part of the frame where the model is least sure.

    Returns:
        Left, top, width and height, px of the frame; None where it is sure everywhere.
    """
    chances = _read_chances(grid.inside)
    rows, columns = chances.shape
    side = max(3, max(rows, columns) // _PLACES) | 1  # Odd: it has a middle.
    doubt = cv2.boxFilter(
        4 * chances * (1 - chances), -1, (side, side), borderType=cv2.BORDER_CONSTANT
    )
    _, most, _, (x, y) = cv2.minMaxLoc(doubt)
    if most < _LEAST_DOUBT:
        return None
    region = grid.region
    tall, wide = region.height_px / rows, region.width_px / columns
    top, bottom = (_clip(y + step, rows) for step in (-side / 2 + 0.5, side / 2 + 0.5))
    left, right = (_clip(x + step, columns) for step in (-side / 2 + 0.5, side / 2 + 0.5))
    return (
        region.left_px + round(left * wide),
        region.top_px + round(top * tall),
        max(1, round((right - left) * wide)),
        max(1, round((bottom - top) * tall)),
    )


def _read_chances(cells: Float32Array) -> Float32Array:
    return np.asarray(1 / (1 + np.exp(-cells)), np.float32)


def _clip(place: float, length: int) -> float:
    return min(float(length), max(0.0, place))
