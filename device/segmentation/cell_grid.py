"""Arithmetic of the network's cells: extent, resampling, blending."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import Float32Array
from device.imaging.region import Region
from device.segmentation.decode import cells_inside
from device.segmentation.letterbox import Letterbox


def extent(
    cells: Float32Array, box: Letterbox, region: Region, stride: int
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Where on the frame the garment begins and ends.

    Args:
        cells: float32, shape (rows, columns), logits of a region, without specks.
        box: the region's place on the model's input.
        region: the part of the frame.
        stride: input pixels for each cell.

    Returns:
        First and last of its rows, and of its columns, in the frame's pixels; None without one.
    """
    # The letterbox's fill is no part of the frame, whatever the model says of it.
    top, bottom = cells_inside(len(cells), stride, box.top_px, box.height_px)
    left, right = cells_inside(cells.shape[1], stride, box.left_px, box.width_px)
    garment = np.ascontiguousarray(cells[top : bottom + 1, left : right + 1] > 0)
    x, y, width, height = cv2.boundingRect(garment.view(np.uint8))
    if width * height == 0:
        return None
    # Frame pixels for each pixel of the input, along each axis: rounding may make them differ.
    tall, wide = region.height_px / box.height_px, region.width_px / box.width_px
    start_y, start_x = (y + top) * stride - box.top_px, (x + left) * stride - box.left_px
    return (
        (region.top_px + start_y * tall, region.top_px + (start_y + height * stride) * tall),
        (region.left_px + start_x * wide, region.left_px + (start_x + width * stride) * wide),
    )


def resample(
    cells: Float32Array,
    box: Letterbox,
    source: Region,
    region: Region,
    region_box: Letterbox,
    stride: int,
    *,
    rows: slice,
    columns: slice,
) -> Float32Array:
    """What a look at one part of the frame says at the cells of a look at another.

    Args:
        cells: float32, shape (rows, columns), logits of the first.
        box: its place on the model's input.
        source: the part of the frame that it is about.
        region: the part that the second is about.
        region_box: its place on its input.
        stride: input pixels for each cell, of both.
        rows: which of the second's cells are wanted.
        columns: likewise.

    Returns:
        float32, shape of ``rows`` by ``columns``, interpolated bilinearly.
    """
    top, bottom = cells_inside(len(cells), stride, box.top_px, box.height_px)
    left, right = cells_inside(cells.shape[1], stride, box.left_px, box.width_px)
    inside = np.ascontiguousarray(cells[top : bottom + 1, left : right + 1])
    first_row, down = _steps(
        stride,
        (region_box.top_px, region_box.height_px),
        (region.top_px - source.top_px, region.height_px),
        (box.top_px, box.height_px / source.height_px),
    )
    first_column, across = _steps(
        stride,
        (region_box.left_px, region_box.width_px),
        (region.left_px - source.left_px, region.width_px),
        (box.left_px, box.width_px / source.width_px),
    )
    first_row += rows.start * down - top
    first_column += columns.start * across - left
    places = np.array([[across, 0, first_column], [0, down, first_row]])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (columns.stop - columns.start, rows.stop - rows.start)
    found = cv2.warpAffine(inside, places, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, dtype=np.float32)


def touches_border(
    cells: Float32Array, box: Letterbox, region: Region, frame_px: tuple[int, int], stride: int
) -> bool:
    """Whether garment reaches a side of the region that is no side of the frame.

    Args:
        cells: float32, shape (rows, columns), logits of the region, without specks.
        box: the region's place on the model's input.
        region: the part looked at.
        frame_px: (height, width) of the frame.
        stride: input pixels for each cell.
    """
    top, bottom = cells_inside(len(cells), stride, box.top_px, box.height_px)
    left, right = cells_inside(cells.shape[1], stride, box.left_px, box.width_px)
    garment = cells[top : bottom + 1, left : right + 1] > 0
    return bool(
        (region.top_px > 0 and garment[0].any())
        or (region.left_px > 0 and garment[:, 0].any())
        or (region.rows.stop < frame_px[0] and garment[-1].any())
        or (region.columns.stop < frame_px[1] and garment[:, -1].any())
    )


def blend(first: Float32Array, second: Float32Array, share: float) -> Float32Array:
    """The logits of two looks as one.

    Args:
        first: float32, shape (rows, columns).
        second: float32, same shape.
        share: what the second has to say, 0 to 1.
    """
    return np.asarray(first + np.float32(share) * (second - first), dtype=np.float32)


def _steps(
    stride: int, part: tuple[int, int], region: tuple[int, int], whole: tuple[int, float]
) -> tuple[float, float]:
    """Where the cells of a look at a region lie among those of the whole frame, along one axis.

    Args:
        stride: input pixels for each cell.
        part: start and length of the region on its input.
        region: start and length of the region on the frame.
        whole: start of the frame on its input, and how many of that one's pixels a pixel takes.

    Returns:
        The first cell's place, and how far it is from one to the next.
    """
    enlarged = region[1] / part[1]
    first_px = (0.5 * stride - part[0]) * enlarged + region[0]
    return (first_px * whole[1] + whole[0]) / stride - 0.5, enlarged * whole[1]
