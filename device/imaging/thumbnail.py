"""Small pictures of a frame: for the photographer's preview, and for the trigger to compare."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from device.imaging.arrays import BoolArray, UInt8Array
from device.imaging.frame import Frame

_THUMBNAIL_PX = 64
"""Cells along the longer side: a sleeve is several cells wide, and the noise of the hundreds of
pixels under each averages out."""
_LEAST_SHARE = 0.7
"""A level of the pyramid stands for a preview up to this much larger."""
_CELL_LEVELS = 14
"""A cell that differs by so many of 255 levels shows something else; noise averages out below."""
_GAIN_RANGE = (0.75, 1.33)
"""Flicker and auto exposure change all cells by less than this, a lamp switched off by more."""


def shrink(frame: Frame, longest_px: int) -> Frame:
    """Return the same frame with its longer side at most ``longest_px``; never enlarged."""
    scale = longest_px / max(frame.height_px, frame.width_px)
    if scale >= 1:
        return frame
    size = max(1, round(frame.width_px * scale)), max(1, round(frame.height_px * scale))
    return replace(frame, pixels=frame.pyramid.resize(*size))


def shrink_for_preview(frame: Frame, longest_px: int) -> Frame:
    """Return a frame as small as a preview: a level of its pyramid where one is near."""
    half = longest = max(frame.height_px, frame.width_px)
    while half > longest_px:
        half //= 2
    near = half >= _LEAST_SHARE * min(longest, longest_px)
    return shrink(frame, half if near else longest_px)


def make_thumbnail(frame: Frame) -> UInt8Array:
    """Return what a trigger compares: uint8, the longer side 64 cells, means of their pixels."""
    height, width = frame.pixels.shape[:2]
    scale = _THUMBNAIL_PX / max(height, width)
    return frame.pyramid.resize(max(1, round(width * scale)), max(1, round(height * scale)))


def measure_change(before: UInt8Array, after: UInt8Array) -> float:
    """Return the share of cells that show something else, 0 to 1.

    A common factor is taken out first: lamps that flicker and a camera that adapts change all
    cells alike, and are not movement.

    Args:
        before: a thumbnail.
        after: another; of another shape all of it shows something else.
    """
    if before.shape != after.shape:
        return 1.0
    changed = find_changes(before, after)
    return float(np.count_nonzero(changed) / changed.size)


def find_changes(before: UInt8Array, after: UInt8Array) -> BoolArray:
    """Return the cells that show something else, bool (height, width).

    Args:
        before: a thumbnail.
        after: another of the same shape.
    """
    # A quarter of the cells gives the factor as well.
    old, new = (each[::2, ::2].astype(np.float32) for each in (before, after))
    gain = float(np.clip(np.median((new + 1) / (old + 1)), *_GAIN_RANGE))
    # What was bright cannot become brighter than white.
    expected = np.clip(np.arange(256) * gain + 0.5, 0, 255).astype(np.uint8)[before]
    changed = np.maximum(expected, after) - np.minimum(expected, after) > _CELL_LEVELS
    if changed.ndim == 3:
        # Ten times as fast as `any` over so short an axis; each frame comes by here.
        changed = changed[:, :, 0] | changed[:, :, 1] | changed[:, :, 2]
    return np.asarray(changed)
