"""Where the model looks a second time: at the garment alone, at more of its own pixels.

A garment on a form fills a third of a landscape frame, and the model's picture is a quarter of the
frame's size: a cell of its answer is then 17 pixels of a 1080p frame. Looking again at the part
that holds the garment halves that. docs/cutouts.md has what it brings.
"""

from __future__ import annotations

import cv2
import numpy as np

from device.bundle import InputSpec
from device.decode import cells_inside
from device.frame import Float32Array
from device.preprocess import Letterbox
from device.region import Region

MARGIN = 0.1
"""Around the garment, as a share of its longer side: what the first look missed of it."""
WIDE_MARGIN = 0.35
"""Where that was not enough."""
_LEAST_ENLARGEMENT = 1.1
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
    # The letterbox's fill is no part of the frame, whatever the model says of it.
    top, bottom = cells_inside(len(cells), stride, box.top_px, box.height_px)
    left, right = cells_inside(cells.shape[1], stride, box.left_px, box.width_px)
    garment = np.ascontiguousarray(cells[top : bottom + 1, left : right + 1] > 0)
    x, y, width, height = cv2.boundingRect(garment.view(np.uint8))
    if width * height == 0:
        return None
    frame_px = (box.frame_height_px, box.frame_width_px)
    # Frame pixels for each pixel of the input, along each axis: rounding may make them differ.
    tall, wide = frame_px[0] / box.height_px, frame_px[1] / box.width_px
    start_y, start_x = (y + top) * stride - box.top_px, (x + left) * stride - box.left_px
    rows = [start_y * tall, (start_y + height * stride) * tall]
    columns = [start_x * wide, (start_x + width * stride) * wide]
    margin_px = margin * max(rows[1] - rows[0], columns[1] - columns[0])
    needed = [span[1] - span[0] + 2 * margin_px for span in (rows, columns)]
    shape = (spec.height_px, spec.width_px)
    scale = max(needed[0] / shape[0], needed[1] / shape[1])
    step_px = max(1, max(frame_px) // _GRID)
    top_px, height_px = _placed(sum(rows) / 2, shape[0] * scale, frame_px[0], step_px)
    left_px, width_px = _placed(sum(columns) / 2, shape[1] * scale, frame_px[1], step_px)
    region = Region(top_px, left_px, height_px, width_px)
    return region if enlargement(region, frame_px, spec) >= _LEAST_ENLARGEMENT else None


def enlargement(region: Region, frame_px: tuple[int, int], spec: InputSpec) -> float:
    """How many times larger the model sees a region alone than in a frame of (height, width)."""
    alone = min(spec.height_px / region.height_px, spec.width_px / region.width_px)
    return alone / min(spec.height_px / frame_px[0], spec.width_px / frame_px[1])


def resampled(
    cells: Float32Array, box: Letterbox, region: Region, region_box: Letterbox, stride: int
) -> Float32Array:
    """What the look at the whole frame says at the cells of a look at a region.

    Args:
        cells: float32, shape (rows, columns), logits of the whole frame.
        box: the frame's place on the model's input.
        region: the part looked at again.
        region_box: that part's place on the model's input.
        stride: input pixels for each cell.

    Returns:
        float32, shape (rows, columns), interpolated bilinearly.
    """
    rows = _places(len(cells), stride, region_box.top_px, region_box.height_px, region.height_px)
    rows = (rows + region.top_px) * (box.height_px / box.frame_height_px) + box.top_px
    columns = _places(
        cells.shape[1], stride, region_box.left_px, region_box.width_px, region.width_px
    )
    columns = (columns + region.left_px) * (box.width_px / box.frame_width_px) + box.left_px
    first, last = cells_inside(len(cells), stride, box.top_px, box.height_px)
    y = np.clip(rows / stride - 0.5, first, last).astype(np.float32)
    first, last = cells_inside(cells.shape[1], stride, box.left_px, box.width_px)
    x = np.clip(columns / stride - 0.5, first, last).astype(np.float32)
    across, down = np.meshgrid(x, y)
    return np.asarray(cv2.remap(cells, across, down, cv2.INTER_LINEAR), dtype=np.float32)


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


def _placed(centre_px: float, length_px: float, limit_px: int, step_px: int) -> tuple[int, int]:
    """Start and length along one axis: inside the frame, on the grid."""
    length_px = min(length_px, limit_px)
    start_px = min(max(0.0, centre_px - length_px / 2), limit_px - length_px)
    start = int(start_px // step_px) * step_px
    end = min(limit_px, -int(-(start_px + length_px) // step_px) * step_px)
    return start, end - start


def _places(cells: int, stride: int, start_px: int, length_px: int, region_px: int) -> Float32Array:
    """Where a region's cells have their centres, in the region's own pixels."""
    centres = (np.arange(cells, dtype=np.float32) + 0.5) * stride - start_px
    return np.asarray(centres * (region_px / length_px), dtype=np.float32)
