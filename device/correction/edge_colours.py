"""The garment's own colours in the soft edge of a corrected mask."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.region import Region
from device.matting.band import BandPixels, SampleGrid
from device.matting.foreground import EdgeColours, Foreground

_LONGEST_PX = 1024
"""Of the picture in which pure colours are looked for: a garment at twice what the model sees."""
_MARGIN_PX = 32


def estimate_edge_colours(frame: Frame, alpha: UInt8Array) -> EdgeColours:
    """Estimate them all anew, as matting does for a mask of the model.

    Args:
        frame: the picture.
        alpha: uint8, shape (height, width) of the frame.
    """
    left, top, width, height = cv2.boundingRect(alpha)
    if width * height == 0:
        return EdgeColours(np.zeros(0, np.intp), np.zeros((0, 3), np.uint8))
    rows = slice(max(0, top - _MARGIN_PX), top + height + _MARGIN_PX)
    columns = slice(max(0, left - _MARGIN_PX), left + width + _MARGIN_PX)
    part, pixels = alpha[rows, columns], frame.pixels[rows, columns]
    scale = min(1.0, _LONGEST_PX / max(part.shape))
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    small, picture = (
        np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        for each in (part, pixels)
    )
    foreground = Foreground(small, picture)
    region = Region(rows.start, columns.start, part.shape[0], part.shape[1])
    grid = SampleGrid(small.shape, region)
    found, where = [], []
    for stretch in BandPixels(*np.nonzero((part > 0) & (part < 255))).split():
        seen, values = pixels[stretch.rows, stretch.columns], part[stretch.rows, stretch.columns]
        found.append(foreground.estimate_colours(grid, stretch, seen, values))
        flat = (stretch.rows + region.top_px) * frame.width_px + stretch.columns + region.left_px
        where.append(flat)
    if not where:
        return EdgeColours(np.zeros(0, np.intp), np.zeros((0, 3), np.uint8))
    return EdgeColours(np.concatenate(where), np.concatenate(found))
