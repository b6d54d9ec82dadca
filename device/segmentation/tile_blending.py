"""Blends the logits of overlapping tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array
from device.segmentation.cell_grid import CellGrid

Float64Array = npt.NDArray[np.float64]

_WEIGHT = 0.8
"""Of a tile in its middle; the passes over the whole have the rest, as they saw more around it."""
_NEAR_CELLS = 8
"""Of the common grid: further from the edge that the whole has, tiles change nothing."""
_NEAR_SLOPE = 6.0
"""Of a tile's weight over the share of garment around a cell: full from a sixth on either side."""
_FADE = 0.25
"""From the middle to a side, over this share of the tile, its weight fades to nothing."""
_LEAST_WEIGHT = 0.02
"""At a tile's very side: above 0, so that a mean of tiles has something to divide by."""
_FOUND_AGAIN = 0.5, 0.75
"""Of the garment that the whole has in a tile: a tile that finds less than the first share removes
none of it, one that finds the second share or more removes all that it finds to be none."""


def blend_tiles(base: CellGrid, tiles: Sequence[CellGrid], frame_px: tuple[int, int]) -> CellGrid:
    """Blend the logits of tiles into those of the garment as a whole.

    Args:
        base: the whole on the common grid, which has no fill.
        tiles: logits of parts of its region, of the same stride.
        frame_px: (height, width) of the frame.

    Returns:
        The common grid with the blended logits.
    """
    region, whole = base.region, base.cells
    total, weights = np.zeros_like(whole), np.zeros_like(whole)
    # Where the cells' centres lie on the frame.
    y = (np.arange(whole.shape[0]) + 0.5) * (region.height_px / whole.shape[0]) + region.top_px
    x = (np.arange(whole.shape[1]) + 0.5) * (region.width_px / whole.shape[1]) + region.left_px
    for tile in tiles:
        part = tile.region
        rows = slice(*np.searchsorted(y, (part.rows.start, part.rows.stop)).tolist())
        columns = slice(*np.searchsorted(x, (part.columns.start, part.columns.stop)).tolist())
        weight = np.outer(
            _fade_to_rim(y[rows], part.rows, frame_px[0]),
            _fade_to_rim(x[columns], part.columns, frame_px[1]),
        ).astype(np.float32)
        cells = tile.resample(region, base.box, rows, columns)
        total[rows, columns] += weight * _limit_removal(cells, whole[rows, columns], weight)
        weights[rows, columns] += weight
    # Where tiles overlap they share one weight.
    share = np.float32(_WEIGHT) * np.minimum(weights, 1) * _weigh_nearness(whole)
    cells = whole + share * (total / np.maximum(weights, 1e-6) - whole)
    return replace(base, cells=np.asarray(cells, dtype=np.float32))


def _limit_removal(cells: Float32Array, whole: Float32Array, weight: Float32Array) -> Float32Array:
    """Take back what a tile removes if it finds little of the garment again.

    A tile that shows a corner of a garment alone may not know it for one, and would bite into the
    edge.
    """
    garment = weight * (whole > 0)
    found = float((garment * (cells > 0)).sum()) / max(float(garment.sum()), 1e-6)
    few, enough = _FOUND_AGAIN
    trust = np.float32(min(1.0, max(0.0, (found - few) / (enough - few))))
    return np.where(cells < whole, whole + trust * (cells - whole), cells)


def _weigh_nearness(cells: Float32Array) -> Float32Array:
    """Return 1 near the edge of the garment, falling to 0 away from it, either way."""
    window = (2 * _NEAR_CELLS + 1,) * 2
    around = cv2.blur((cells > 0).astype(np.float32), window)
    return np.asarray(np.clip(_NEAR_SLOPE * np.minimum(around, 1 - around), 0, 1), np.float32)


def _fade_to_rim(places: Float64Array, side: slice, limit_px: int) -> Float64Array:
    """Return a tile's weight at some of the frame's rows or columns, 0 to 1."""
    length = side.stop - side.start
    # A side on the frame's own edge does not fade: no other tile shows more there.
    before = places - side.start if side.start > 0 else np.full_like(places, length)
    behind = side.stop - places if side.stop < limit_px else np.full_like(places, length)
    share = np.minimum(before, behind) / (_FADE * length)
    return np.asarray(np.clip(share, _LEAST_WEIGHT, 1), dtype=np.float64)
