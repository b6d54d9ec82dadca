"""The second pass: over the mirror image of what the first one found, enlarged where it can be."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from device.imaging.frame import Frame
from device.imaging.region import Region
from device.segmentation.cell_grid import CellGrid
from device.segmentation.model import Model
from device.segmentation.zoom import MARGIN, WIDE_MARGIN, find_region, weigh_zoom
from device.system.stage_clock import StageClock

_FILLING_SHARE = 0.4
"""From this share of the frame on, the garment is too near: the model wants its surroundings."""
_FULL_FRAME_WEIGHT = 0.5
"""Two passes over the same pixels, one mirrored, know equally much."""


def zoom_in(model: Model, frame: Frame, first: CellGrid, clock: StageClock) -> CellGrid:
    """Run the model on the garment that a first pass found, and blend both.

    It zooms in where the garment leaves room around it, and out where it fills the frame. Where
    garment reaches the border of the zoomed region, a wider one is tried, and if that is not
    enough the full frame.

    Args:
        model: what runs.
        frame: the picture.
        first: logits of the full frame.
        clock: times the stages ``preprocess`` and ``second_look``.

    Returns:
        Logits of the region, or of the full frame, with the agreement of both passes.
    """
    frame_px = (frame.height_px, frame.width_px)
    clean = first.drop_specks()
    for margin in (MARGIN, WIDE_MARGIN):
        region = find_region(clean, model.input, margin)
        if region is None:
            break
        zoomed = model.infer(frame, region, clock, "second_look", mirrored=True)
        weight = weigh_zoom(region, frame_px, model.input)
        blended = _blend(first.resample_like(zoomed), zoomed, weight)
        if not blended.drop_specks().touches_border(frame_px):
            return blended
    return _blend(first, _infer_mirrored(model, frame, first, clock), _FULL_FRAME_WEIGHT)


def _blend(first: CellGrid, second: CellGrid, weight: float) -> CellGrid:
    """Blend two passes at one place, and note how far they agree."""
    ours, theirs = first.inside > 0, second.inside > 0
    either = cv2.countNonZero((ours | theirs).view(np.uint8))
    both = cv2.countNonZero((ours & theirs).view(np.uint8))
    return replace(first.blend(second, weight), agreement=both / either if either else 1.0)


def _infer_mirrored(model: Model, frame: Frame, first: CellGrid, clock: StageClock) -> CellGrid:
    zoomed_out = first.garment_share > _FILLING_SHARE
    second = model.infer(
        frame, Region.whole(frame), clock, "second_look", mirrored=True, zoomed_out=zoomed_out
    )
    return second.resample_like(first) if zoomed_out else second
