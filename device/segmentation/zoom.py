"""Where the second pass looks: at the garment alone, at more of its own pixels.

A garment on a form fills a third of a landscape frame, and the model's input is a quarter of the
frame's size: a cell of logits is then 17 pixels of a 1080p frame. A second pass over the region
that holds the garment halves that.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from device.bundle.specs import InputSpec
from device.imaging.arrays import UInt8Array
from device.imaging.region import Region
from device.segmentation.cell_grid import CellGrid
from device.segmentation.letterbox import Letterbox

MARGIN = 0.1
"""Around the garment, as a share of its longer side: room for what the first pass missed of it."""
WIDE_MARGIN = 0.35
"""Where that was not enough."""
_LEAST_ENLARGEMENT = 1.1
"""Less is not worth an inference: the full frame's mirror image is shown instead."""
_ZOOM_OUT = 1.25
"""A garment that fills the frame gets a rim of a tenth of the input on each side."""
_GRID = 64
"""Regions begin and end at multiples of this part of the frame's longer side, so that the noise of
a still scene does not move them."""


def find_region(grid: CellGrid, spec: InputSpec, margin: float = MARGIN) -> Region | None:
    """Find the part of the frame to show the model again.

    Args:
        grid: logits of the full frame, without specks.
        spec: the model's input.
        margin: around the garment, as a share of its longer side.

    Returns:
        The garment with the margin, widened to the shape of the model's input as far as the frame
        goes; None where nothing was found, or where the model would hardly see more.
    """
    frame_px = (grid.region.height_px, grid.region.width_px)
    garment = grid.find_extent()
    if garment is None:
        return None
    rows, columns = garment
    margin_px = margin * max(rows[1] - rows[0], columns[1] - columns[0])
    needed = [span[1] - span[0] + 2 * margin_px for span in (rows, columns)]
    shape = (spec.height_px, spec.width_px)
    scale = max(needed[0] / shape[0], needed[1] / shape[1])
    step_px = max(1, max(frame_px) // _GRID)
    top_px, height_px = _place(sum(rows) / 2, shape[0] * scale, frame_px[0], step_px)
    left_px, width_px = _place(sum(columns) / 2, shape[1] * scale, frame_px[1], step_px)
    region = Region(top_px, left_px, height_px, width_px)
    return region if _measure_enlargement(region, frame_px, spec) >= _LEAST_ENLARGEMENT else None


def weigh_zoom(region: Region, frame_px: tuple[int, int], spec: InputSpec) -> float:
    """Return the weight of a pass over a region beside one over the full frame, 0 to 1.

    Without enlargement both weigh the same; the more the region is enlarged, the more of the edge
    only its own pass shows.
    """
    return 1 - 0.5 / _measure_enlargement(region, frame_px, spec) ** 2


def zoom_out(picture: UInt8Array, box: Letterbox) -> tuple[UInt8Array, Letterbox]:
    """Return a fitted picture made smaller, and its new place in the middle of the fill."""
    height_px = max(1, round(box.height_px / _ZOOM_OUT))
    width_px = max(1, round(box.width_px / _ZOOM_OUT))
    small = cv2.resize(picture, (width_px, height_px), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), replace(
        box,
        height_px=height_px,
        width_px=width_px,
        top_px=box.top_px + (box.height_px - height_px) // 2,
        left_px=box.left_px + (box.width_px - width_px) // 2,
    )


def _measure_enlargement(region: Region, frame_px: tuple[int, int], spec: InputSpec) -> float:
    """How many times larger the model sees a region alone than in a frame of (height, width)."""
    alone = min(spec.height_px / region.height_px, spec.width_px / region.width_px)
    return alone / min(spec.height_px / frame_px[0], spec.width_px / frame_px[1])


def _place(centre_px: float, length_px: float, limit_px: int, step_px: int) -> tuple[int, int]:
    """Start and length along one axis: inside the frame, on the grid."""
    length_px = min(length_px, limit_px)
    start_px = min(max(0.0, centre_px - length_px / 2), limit_px - length_px)
    start = int(start_px // step_px) * step_px
    end = min(limit_px, -int(-(start_px + length_px) // step_px) * step_px)
    return start, end - start
