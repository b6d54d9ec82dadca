"""Where the model looks a second time: at the garment alone, at more of its own pixels.

A garment on a form fills a third of a landscape frame, and the model's picture is a quarter of the
frame's size: a cell of its answer is then 17 pixels of a 1080p frame. Looking again at the part
that holds the garment halves that. docs/cutouts.md has what it brings.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from device.bundle import InputSpec
from device.decode import cells_inside
from device.frame import Float32Array, UInt8Array
from device.preprocess import Letterbox
from device.region import Region

MARGIN = 0.1
"""Around the garment, as a share of its longer side: what the first look missed of it."""
WIDE_MARGIN = 0.35
"""Where that was not enough."""
_LEAST_ENLARGEMENT = 1.1
_STEP_BACK = 1.25
_GRID = 64
"""Regions begin and end at this part of the frame's longer side, so that the noise of a still
scene does not move them."""


def region_around(
    cells: Float32Array, box: Letterbox, spec: InputSpec, stride: int, margin: float = MARGIN
) -> Region | None:
    """The part of the frame to look at again.

    Args:
        cells: float32, shape (rows, columns), logits of the whole frame, without specks.
        box: the frame's place on the model's input.
        spec: the model's input.
        stride: input pixels for each cell.
        margin: around the garment, as a share of its longer side.

    Returns:
        The garment with the margin, widened to the shape of the model's input as far as the frame
        goes; None where nothing was found, or where the model would hardly see more.
    """
    frame_px = (box.frame_height_px, box.frame_width_px)
    garment = extent(cells, box, Region(0, 0, *frame_px), stride)
    if garment is None:
        return None
    rows, columns = garment
    margin_px = margin * max(rows[1] - rows[0], columns[1] - columns[0])
    needed = [span[1] - span[0] + 2 * margin_px for span in (rows, columns)]
    shape = (spec.height_px, spec.width_px)
    scale = max(needed[0] / shape[0], needed[1] / shape[1])
    step_px = max(1, max(frame_px) // _GRID)
    top_px, height_px = _placed(sum(rows) / 2, shape[0] * scale, frame_px[0], step_px)
    left_px, width_px = _placed(sum(columns) / 2, shape[1] * scale, frame_px[1], step_px)
    region = Region(top_px, left_px, height_px, width_px)
    return region if enlargement(region, frame_px, spec) >= _LEAST_ENLARGEMENT else None


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


def enlargement(region: Region, frame_px: tuple[int, int], spec: InputSpec) -> float:
    """How many times larger the model sees a region alone than in a frame of (height, width)."""
    alone = min(spec.height_px / region.height_px, spec.width_px / region.width_px)
    return alone / min(spec.height_px / frame_px[0], spec.width_px / frame_px[1])


def resampled(
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


def runs_out(
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


def closeness(region: Region, frame_px: tuple[int, int], spec: InputSpec) -> float:
    """The say that a look at a region has beside one at the whole frame, 0 to 1.

    The more it enlarges, the more it sees of the edge that the other one cannot.
    """
    return 1 - 0.5 / enlargement(region, frame_px, spec) ** 2


def mixed(first: Float32Array, second: Float32Array, share: float) -> Float32Array:
    """The logits of two looks as one.

    Args:
        first: float32, shape (rows, columns).
        second: float32, same shape.
        share: what the second has to say, 0 to 1.
    """
    return np.asarray(first + np.float32(share) * (second - first), dtype=np.float32)


def stepped_back(picture: UInt8Array, box: Letterbox) -> tuple[UInt8Array, Letterbox]:
    """A fitted picture made smaller, and its new place in the middle of the fill."""
    height_px = max(1, round(box.height_px / _STEP_BACK))
    width_px = max(1, round(box.width_px / _STEP_BACK))
    small = cv2.resize(picture, (width_px, height_px), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), replace(
        box,
        height_px=height_px,
        width_px=width_px,
        top_px=box.top_px + (box.height_px - height_px) // 2,
        left_px=box.left_px + (box.width_px - width_px) // 2,
    )


def _placed(centre_px: float, length_px: float, limit_px: int, step_px: int) -> tuple[int, int]:
    """Start and length along one axis: inside the frame, on the grid."""
    length_px = min(length_px, limit_px)
    start_px = min(max(0.0, centre_px - length_px / 2), limit_px - length_px)
    start = int(start_px // step_px) * step_px
    end = min(limit_px, -int(-(start_px + length_px) // step_px) * step_px)
    return start, end - start


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
