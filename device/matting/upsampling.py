"""Carrying the mask to the frame's size, at the frame's own pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.region import Region
from device.matting.alpha_field import AlphaField, read_alpha
from device.matting.band import BandPixels, SampleGrid
from device.matting.foreground import EdgeColours, Foreground
from device.system.parallel import parallel_map

_MANY_PARTS = 4
_GRAINS = 1.8
"""So many of what is read lie in one of the grid's pixels, to twice as many."""


@dataclass(frozen=True, slots=True)
class AlphaAtFullSize:
    """The mask at the frame's size.

    Attributes:
        alpha: uint8, shape (height, width) of the frame; 128 and more is garment.
        colours: the garment's own, where alpha is neither 0 nor 255.
    """

    alpha: UInt8Array
    colours: EdgeColours


def upsample_alpha(
    field: AlphaField,
    foreground: Foreground,
    frame: Frame,
    *,
    swapped: bool,
    region: Region | None = None,
) -> AlphaAtFullSize:
    """Read mask and edge colours off a frame; only the pixels in the band are looked at.

    Args:
        field: where the edges are.
        foreground: the colours on both sides of them.
        frame: the frame.
        swapped: whether the channel order of the field's picture is the reverse of the frame's.
        region: the part of the frame that the field shows, None for all; there is no garment
            outside.
    """
    region = region or Region.whole(frame)
    grid = SampleGrid(field.alpha.shape, region)
    _, solid = cv2.threshold(field.alpha, 127, 255, cv2.THRESH_BINARY)
    alpha = region.spread_out(grid.enlarged(np.asarray(solid, dtype=np.uint8)), frame)
    levels, shown = alpha.reshape(-1), frame.pixels.reshape(-1, 3)
    corner = region.top_px * frame.width_px + region.left_px
    to_rgba = cv2.COLOR_BGR2RGBA if swapped else cv2.COLOR_RGB2RGBA
    smooth = _remove_grain(grid, region, frame)

    def read(pixels: BandPixels) -> EdgeColours:
        where = pixels.rows * frame.width_px + (pixels.columns + corner)
        taken = shown.take(where, axis=0)[np.newaxis]
        seen = np.asarray(cv2.cvtColor(taken, to_rgba), dtype=np.uint8)
        told = (
            seen if smooth is None else cv2.cvtColor(smooth[0].sample(smooth[1], pixels), to_rgba)
        )
        level = read_alpha(grid.sample(field.reading, pixels), told)[0]
        levels[where] = level
        soft = np.flatnonzero((level > 0) & (level < 255))
        some = BandPixels(pixels.rows[soft], pixels.columns[soft])
        colours = foreground.colours(grid, some, seen[0, soft, :3], level[soft])
        return EdgeColours(where[soft], colours[:, ::-1] if swapped else colours)

    parts = grid.band(field.band).parts()
    # Of few pixels each step is so short that cores would only wait for each other.
    found = (
        parallel_map(_as_it_is, read, parts) if len(parts) >= _MANY_PARTS else [*map(read, parts)]
    )
    return AlphaAtFullSize(alpha, _join(found))


def _remove_grain(
    grid: SampleGrid, region: Region, frame: Frame
) -> tuple[SampleGrid, UInt8Array] | None:
    """A half of the frame's region to read instead, and where it lies; None to read the frame.

    Where one of the grid's pixels is many of the frame's, weave and noise would fray the edge.
    """
    times = int(math.log2(max(1.0, grid.spacing_px / _GRAINS)))
    if times < 1:
        return None
    small = region.crop(frame).pyramid.halve(times)
    # What halving drops of an odd side is less than one of its pixels.
    covered = region.height_px / 2**times, region.width_px / 2**times
    return SampleGrid(covered, region), small


def _as_it_is(pixels: BandPixels) -> BandPixels:
    return pixels


def _join(parts: list[EdgeColours]) -> EdgeColours:
    if not parts:
        return EdgeColours(np.zeros(0, np.intp), np.zeros((0, 3), np.uint8))
    return EdgeColours(
        np.concatenate([part.where for part in parts]),
        np.concatenate([part.colours for part in parts]),
    )
