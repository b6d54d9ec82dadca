"""Logits on a small picture of their frame, and a part of that taken out of them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array
from device.segmentation.alpha_ramp import OPAQUE_LOGIT
from device.segmentation.cell_grid import CellGrid

BoolArray = npt.NDArray[np.bool_]

_OUTSIDE_LOGIT = -10.0


def draw_logits(
    grid: CellGrid, frame_px: tuple[int, int], size_px: tuple[int, int]
) -> Float32Array:
    """Draw logits on a small picture of their frame.

    Args:
        grid: the logits.
        frame_px: height and width of the frame that they are of.
        size_px: height and width of the picture.

    Returns:
        float32, shape ``size_px``; far below 0 where the grid does not reach.
    """
    drawn = np.full(size_px, _OUTSIDE_LOGIT, np.float32)
    rows, columns = _find_place(grid, frame_px, size_px)
    size = (columns.stop - columns.start, rows.stop - rows.start)
    drawn[rows, columns] = cv2.resize(np.ascontiguousarray(grid.inside), size)
    return drawn


def lower_logits(grid: CellGrid, frame_px: tuple[int, int], removed: BoolArray) -> CellGrid:
    """Turn cells into background, each by the share of it that is removed.

    A cell that is half removed gets about 0: the edge between a prop and the garment before it
    lies inside of cells, as the model's own does, and matting finds it in the picture.

    Args:
        grid: the logits.
        frame_px: height and width of the frame that they are of.
        removed: bool, shape (height, width) of a small picture of the frame.
    """
    rows, columns = _find_place(grid, frame_px, removed.shape)
    inside = grid.inside
    marked = np.ascontiguousarray(removed[rows, columns], dtype=np.float32)
    share = _resize(marked, inside.shape)
    gone = -np.maximum(np.abs(inside), np.float32(OPAQUE_LOGIT))
    cells = grid.cells.copy()
    own_rows, own_columns = grid.box.find_cells(cells.shape, grid.stride)
    cells[own_rows, own_columns] = inside + share * (gone - inside)
    return replace(grid, cells=cells)


def _resize(field: Float32Array, shape: tuple[int, ...]) -> Float32Array:
    """Return means of areas where the field gets smaller, else values in between."""
    shrinks = field.shape[0] > shape[0] or field.shape[1] > shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(field, shape[::-1], interpolation=how), dtype=np.float32)


def _find_place(
    grid: CellGrid, frame_px: tuple[int, int], size_px: tuple[int, ...]
) -> tuple[slice, slice]:
    """Return the rows and columns of a small picture of the frame that the grid's region takes."""
    region = grid.region
    return (
        _scale(region.rows, frame_px[0], size_px[0]),
        _scale(region.columns, frame_px[1], size_px[1]),
    )


def _scale(span: slice, frame_px: int, size_px: int) -> slice:
    start = min(round(span.start * size_px / frame_px), size_px - 1)
    return slice(start, max(start + 1, round(span.stop * size_px / frame_px)))
