"""Carrying the mask to the frame's size, at the frame's own pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from device.band import BandPixels, Grid, along_rows
from device.cores import side_by_side
from device.edge import EdgeField, read_alpha
from device.foreground import EdgeColours, Foreground
from device.frame import Frame, UInt8Array
from device.halvings import Halvings
from device.region import Region

_MANY_PARTS = 4
_GRAINS = 1.8
"""So many of what is read lie in one of the grid's pixels, to twice as many."""


@dataclass(frozen=True, slots=True)
class EdgeReading:
    """The mask at the frame's size.

    Attributes:
        alpha: uint8, shape (height, width) of the frame; 128 and more is garment.
        colours: the garment's own, where alpha is neither 0 nor 255.
    """

    alpha: UInt8Array
    colours: EdgeColours


def read_edges(
    field: EdgeField,
    foreground: Foreground,
    frame: Frame,
    *,
    swapped: bool,
    region: Region | None = None,
    halvings: Halvings | None = None,
) -> EdgeReading:
    """Read mask and edge colours off a frame; only the pixels in the band are looked at.

    Args:
        field: where the edges are.
        foreground: the colours on both sides of them.
        frame: the frame.
        swapped: whether the channel order of the field's picture is the reverse of the frame's.
        region: the part of the frame that the field shows, None for all; there is no garment
            outside.
        halvings: of the frame's pixels, where there are some already.
    """
    region = region or Region.whole(frame)
    grid = Grid(field.alpha.shape, region)
    _, solid = cv2.threshold(field.alpha, 127, 255, cv2.THRESH_BINARY)
    alpha = region.spread_out(grid.enlarged(np.asarray(solid, dtype=np.uint8)), frame)
    levels, shown = alpha.reshape(-1), frame.pixels.reshape(-1, 3)
    corner = region.top_px * frame.width_px + region.left_px
    to_rgba = cv2.COLOR_BGR2RGBA if swapped else cv2.COLOR_RGB2RGBA
    calm = _calm(grid, frame, region, halvings)

    def read(pixels: BandPixels) -> EdgeColours:
        where = pixels.rows * frame.width_px + (pixels.columns + corner)
        taken = shown.take(where, axis=0)[np.newaxis]
        seen = np.asarray(cv2.cvtColor(taken, to_rgba), dtype=np.uint8)
        told = seen if calm is None else cv2.cvtColor(calm.at(pixels), to_rgba)
        level = read_alpha(grid.sample(field.reading, pixels), told)[0]
        levels[where] = level
        soft = np.flatnonzero((level > 0) & (level < 255))
        some = BandPixels(pixels.rows[soft], pixels.columns[soft])
        colours = foreground.colours(grid, some, seen[0, soft, :3], level[soft])
        return EdgeColours(where[soft], colours[:, ::-1] if swapped else colours)

    parts = grid.band(field.band).parts()
    # Of few pixels each step is so short that cores would only wait for each other.
    found = (
        side_by_side(_as_it_is, read, parts) if len(parts) >= _MANY_PARTS else [*map(read, parts)]
    )
    return EdgeReading(alpha, _joined(found))


class _Calm:
    """A frame's part, halved some times and read in between."""

    def __init__(self, small: UInt8Array, times: int) -> None:
        self._small, self._times = small, times

    def at(self, pixels: BandPixels) -> UInt8Array:
        """Interpolated colours: uint8, shape (1, number of pixels, 3)."""
        share = np.float32(0.5**self._times)
        places = [
            ((each + np.float32(0.5)) * share - np.float32(0.5)).astype(np.float32)
            for each in (pixels.columns, pixels.rows)
        ]
        return along_rows(self._small, places[0], places[1])


def _calm(grid: Grid, frame: Frame, region: Region, halvings: Halvings | None) -> _Calm | None:
    """The frame without its finest grain, where one of the grid's pixels is many of its own.

    Read at each pixel by itself there, weave and noise would fray the edge.
    """
    times = int(math.log2(max(1.0, grid.pixels_each / _GRAINS)))
    if times < 1:
        return None
    halvings = halvings or Halvings(frame.pixels)
    return _Calm(halvings.of_part(region.rows, region.columns).level(times), times)


def _as_it_is(pixels: BandPixels) -> BandPixels:
    return pixels


def _joined(parts: list[EdgeColours]) -> EdgeColours:
    if not parts:
        return EdgeColours(np.zeros(0, np.intp), np.zeros((0, 3), np.uint8))
    return EdgeColours(
        np.concatenate([part.where for part in parts]),
        np.concatenate([part.colours for part in parts]),
    )
