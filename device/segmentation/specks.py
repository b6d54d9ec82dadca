"""Islands of garment that are too small to be one."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import Float32Array

SPECK_SHARE = 0.005
"""A component smaller than this share of all garment cells is a speck (a sock is not)."""


def drop_specks(cells: Float32Array) -> Float32Array:
    """Turn islands of garment that are too small to be one into background.

    On the model's own cells this costs microseconds. Touching corners count as touching, so that
    a thin diagonal strap is not cut into specks.

    Args:
        cells: float32, shape (rows, columns), garment logits.

    Returns:
        The logits, with those of specks turned below 0; the same array when there are none.
    """
    garment = (cells > 0).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(garment, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    specks = [i for i in range(1, count) if areas[i] < SPECK_SHARE * areas[1:].sum()]
    if not specks:
        return cells
    return np.where(np.isin(labels, specks), -np.abs(cells), cells)
