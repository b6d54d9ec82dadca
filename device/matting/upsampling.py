"""Carries the mask to the frame's size, at the frame's own pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.region import Region
from device.matting.alpha_field import AlphaField, apply_coefficients
from device.matting.band import BandPixels, SampleGrid
from device.matting.foreground import EdgeColours, Foreground
from device.system.parallel import parallel_map

_LEAST_STRETCHES = 4
"""With fewer, as in a 1080p frame, two threads take longer than one: each step is so short that
they wait for each other."""
_GRAIN_PX = 1.8
"""So many of the pixels that are read lie in one of the grid's, at least: with half as many, weave
and noise fray the edge."""


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
    """Compute alpha and edge colours from the frame's pixels in the band, and nowhere else.

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
    alpha = region.place_alpha(grid.enlarge(np.asarray(solid, dtype=np.uint8)), frame)
    flat_alpha, flat_pixels = alpha.reshape(-1), frame.pixels.reshape(-1, 3)
    corner = region.top_px * frame.width_px + region.left_px
    to_rgba = cv2.COLOR_BGR2RGBA if swapped else cv2.COLOR_RGB2RGBA
    smooth = _find_smooth_level(grid, region, frame)

    def compute_stretch(pixels: BandPixels) -> EdgeColours:
        where = pixels.rows * frame.width_px + (pixels.columns + corner)
        own = cv2.cvtColor(flat_pixels.take(where, axis=0)[np.newaxis], to_rgba)
        read = own
        if smooth is not None:
            level_grid, level = smooth
            read = cv2.cvtColor(level_grid.sample(level, pixels), to_rgba)
        values = apply_coefficients(grid.sample(field.coefficients, pixels), read)[0]
        flat_alpha[where] = values
        soft = np.flatnonzero((values > 0) & (values < 255))
        some = BandPixels(pixels.rows[soft], pixels.columns[soft])
        seen = np.asarray(own[0, soft, :3], dtype=np.uint8)
        colours = foreground.estimate_colours(grid, some, seen, values[soft])
        return EdgeColours(where[soft], colours[:, ::-1] if swapped else colours)

    stretches = grid.find_pixels(field.band).split()
    if len(stretches) < _LEAST_STRETCHES:
        return AlphaAtFullSize(alpha, _join([compute_stretch(each) for each in stretches]))
    return AlphaAtFullSize(alpha, _join(parallel_map(_pass_on, compute_stretch, stretches)))


def _find_smooth_level(
    grid: SampleGrid, region: Region, frame: Frame
) -> tuple[SampleGrid, UInt8Array] | None:
    """Return a level of the region's pyramid without fine grain, and where it lies.

    Returns:
        None where the frame's own pixels are coarse enough.
    """
    times = int(math.log2(max(1.0, grid.spacing_px / _GRAIN_PX)))
    if times < 1:
        return None
    level = region.crop(frame).pyramid.halve(times)
    # What halving drops of an odd side is less than one of its pixels.
    covered = region.height_px / 2**times, region.width_px / 2**times
    return SampleGrid(covered, region), level


def _pass_on(pixels: BandPixels) -> BandPixels:
    """Prepare nothing: all of the work may run on any thread."""
    return pixels


def _join(stretches: list[EdgeColours]) -> EdgeColours:
    if not stretches:
        return EdgeColours(np.zeros(0, np.intp), np.zeros((0, 3), np.uint8))
    return EdgeColours(
        np.concatenate([each.where for each in stretches]),
        np.concatenate([each.colours for each in stretches]),
    )
