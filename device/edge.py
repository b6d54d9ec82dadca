"""Moving the mask's edge from the model's coarse cells onto the edge that the picture shows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from device.band import band_pixels, enlarged, in_parts
from device.colour_guide import ColourGuide
from device.cores import side_by_side
from device.frame import Float32Array, Frame, UInt8Array
from device.region import Region

# docs/cutouts.md has the measurements behind these. Two passes: a wide one that finds the edge
# and a narrow one that settles on it.
_WIDE_CELLS, _WIDE_STEEPNESS = 2.0, 3.0
_NARROW_CELLS, _NARROW_STEEPNESS = 1.0, 2.0
_OWN_STEEPNESS = 0.5
_LEAST_SMOOTHNESS = 1e-4
"""Variance of colour (0 to 1) below which the picture has no edge to follow."""
_NOISE_WEIGHT = 2.0
"""The model's picture averages the sensor's noise away, the frame's pixels carry all of it."""
_EXPLAINED = (0.3, 0.7)
"""Up to the first the model's own edge stands, from the second on the picture's does."""
_PURE_LEVEL = 5
"""Within so many levels of 0 or 255 all around, there is no edge."""


@dataclass(frozen=True, slots=True)
class EdgeField:
    """The mask on the model's picture, and how to read it off the frame's own pixels.

    Attributes:
        alpha: uint8, shape (height, width) of the model's picture.
        band: uint8, same shape, 1 where the frame's pixels are to be asked, else 0.
        reading: float32, shape (height, width, 4): the frame's alpha (0 to 255) is its pixel's
            three channels (0 to 255, in the picture's order) times the first three, plus the
            fourth.
    """

    alpha: UInt8Array
    band: UInt8Array
    reading: Float32Array


def find_edges(
    logits: Float32Array, full_logit: float, picture: UInt8Array, *, stride: int, noise: float
) -> EdgeField:
    """Find where the picture's own edges say that the mask ends.

    Two colour-guided filters (He, Sun and Tang, "Guided Image Filtering", 2013) on half of the
    small picture, whose fits are then read at all of it (He and Sun, "Fast Guided Filter", 2015):
    a quarter of the work, and no worse on any set. Where colours do not explain the mask, because
    both sides look alike or the fabric is livelier than the edge, the model's own interpolated
    edge stands.

    Args:
        logits: float32, shape (height, width) of ``picture``, garment above 0.
        full_logit: what the logits rise by within half a cell, see `device.refine.edge_logit`.
        picture: the frame as the model saw it, without the letterbox's fill, uint8, shape
            (height, width, 3).
        stride: pixels of ``picture`` for each of the model's cells.
        noise: standard deviation of the frame's noise, of 255 levels.
    """
    near = _near(logits, round(2 * (_WIDE_CELLS + _NARROW_CELLS) * stride))
    if near is None:
        return _without_edge(logits)
    logits, picture_near = logits[near], picture[near].astype(np.float32) * np.float32(1 / 255)
    size = (logits.shape[1], logits.shape[0])
    half = (max(1, size[0] // 2), max(1, size[1] // 2))
    guide = ColourGuide(_resized(picture_near, half))
    smoothness = _LEAST_SMOOTHNESS + _NOISE_WEIGHT * (noise / 255) ** 2
    steepness = np.float32(_OWN_STEEPNESS / full_logit)
    own = np.clip(_resized(logits, half) * steepness + np.float32(0.5), 0, 1)
    wide = guide.fit(own, max(1, round(_WIDE_CELLS * stride / 2)), smoothness)
    found = np.clip((wide.at(guide.guide) - 0.5) * _WIDE_STEEPNESS + 0.5, 0, 1)
    trust = _trust(wide.explained)
    found = own + trust * (found - own)
    narrow = guide.fit(found, max(1, round(_NARROW_CELLS * stride / 2)), smoothness)
    # The fallback and the steepness are folded in while the fields are small.
    trust = _trust(narrow.explained)
    steep = trust * np.float32(_NARROW_STEEPNESS)
    slope = narrow.slope * cv2.merge([steep, steep, steep])
    offset = (narrow.offset - 0.5) * _NARROW_STEEPNESS + 0.5
    offset = (found + trust * (offset - found)) * 255
    reading = cv2.resize(cv2.merge([slope, offset]), size)
    shown = cv2.merge([*cv2.split(picture_near * np.float32(255)), np.ones_like(logits)])
    alpha = cv2.transform(cv2.multiply(shown, reading), np.ones((1, 4), np.float32))
    field = _without_edge(np.full(picture.shape[:2], -1, np.float32))
    field.alpha[near] = np.clip(alpha.reshape(logits.shape), 0, 255).astype(np.uint8)
    field.reading[near] = reading
    field.band[:] = _band(field.alpha)
    return field


def read_edges(
    field: EdgeField, frame: Frame, *, swapped: bool, region: Region | None = None
) -> UInt8Array:
    """Carry the mask to the frame's size; only the pixels in the band are looked at.

    Args:
        field: where the edges are.
        frame: the frame.
        region: the part of the frame that the field shows, None for all; there is no garment
            outside.
        swapped: whether the channel order of the field's picture is the reverse of the frame's.

    Returns:
        uint8, shape (height, width) of the frame; 128 and more is garment.
    """
    region = region or Region.whole(frame)
    size = (region.width_px, region.height_px)
    solid = cv2.threshold(field.alpha, 127, 255, cv2.THRESH_BINARY)[1]
    alpha = enlarged(np.asarray(solid, dtype=np.uint8), size)
    flat, pixels = alpha.reshape(-1), frame.pixels.reshape(-1, 3)

    def read(where: npt.NDArray[np.intp]) -> None:
        colours = pixels.take(region.on_frame(where, frame), axis=0)
        if swapped:
            colours = colours[:, ::-1]
        reading = sample(field.reading, where, size)
        level = np.einsum("ij,ij->i", reading[:, :3], colours.astype(np.float32)) + reading[:, 3]
        flat[where] = np.clip(level + np.float32(0.5), 0, 255).astype(np.uint8)

    where = band_pixels(field.band, size)
    if where.size > 0:
        deque(side_by_side(read, in_parts(where)), maxlen=0)
    return region.spread_out(alpha, frame)


def sample(
    fields: Float32Array, where: npt.NDArray[np.intp], size: tuple[int, int]
) -> Float32Array:
    """Interpolate small fields bilinearly at some of a larger grid's pixels.

    Args:
        fields: float32, shape (height, width, channels), up to four channels.
        where: flat indices into the larger grid, any number.
        size: (width, height) of the larger grid, which covers the same view.

    Returns:
        float32, shape (len(where), channels).
    """
    rows = where // size[0]
    columns = where - rows * size[0]
    height, width = fields.shape[:2]
    x_of = (np.arange(size[0], dtype=np.float32) + 0.5) * np.float32(width / size[0]) - 0.5
    y_of = (np.arange(size[1], dtype=np.float32) + 0.5) * np.float32(height / size[1]) - 0.5
    # OpenCV's remap wants no side longer than 32767.
    side = 4096
    places = np.zeros((2, -(-where.size // side) * side), np.float32)
    places[0, : where.size], places[1, : where.size] = x_of[columns], y_of[rows]
    x, y = places.reshape(2, -1, side)
    values = cv2.remap(fields, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values.reshape(places.shape[1], -1)[: where.size], dtype=np.float32)


def noise_of(frame: Frame) -> float:
    """Standard deviation of a frame's noise, of 255 levels.

    J. Immerkær, "Fast Noise Variance Estimation" (1996), on the green channel of a few rows; the
    median instead of the mean, so that edges and fabric do not count as noise.
    """
    step = max(1, frame.height_px // 24)
    green = frame.pixels[:, :, 1]
    rows = [green[top : top + 3].astype(np.int16) for top in range(0, frame.height_px - 2, step)]
    if not rows or frame.width_px < 3:
        return 0.0
    block = np.stack(rows)
    line = block[:, 0] - 2 * block[:, 1] + block[:, 2]
    mask = np.abs(line[:, :-2] - 2 * line[:, 1:-1] + line[:, 2:])
    return float(np.median(mask)) / (6 * 0.6745)


def _near(logits: Float32Array, margin_px: int) -> tuple[slice, slice] | None:
    """The part of the picture that holds all of the mask's edges; None where there are none."""
    garment = (logits > 0).astype(np.uint8)
    left, top, width, height = cv2.boundingRect(garment)
    if width * height == 0 or garment.all():
        return None
    return (
        slice(max(0, top - margin_px), top + height + margin_px),
        slice(max(0, left - margin_px), left + width + margin_px),
    )


def _resized(field: Float32Array, size: tuple[int, int]) -> Float32Array:
    return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), dtype=np.float32)


def _without_edge(logits: Float32Array) -> EdgeField:
    garment = np.where(logits > 0, np.uint8(255), np.uint8(0))
    return EdgeField(
        alpha=garment,
        band=np.zeros_like(garment),
        reading=np.zeros((*garment.shape, 4), np.float32),
    )


def _trust(explained: Float32Array) -> Float32Array:
    low, high = _EXPLAINED
    trust = np.clip((explained - low) / (high - low), 0, 1)
    return np.asarray(trust, dtype=np.float32)


def _band(alpha: UInt8Array) -> UInt8Array:
    around = np.ones((3, 3), np.uint8)
    most = cv2.dilate(alpha, around, iterations=2)
    least = cv2.erode(alpha, around, iterations=2)
    edge = (most > _PURE_LEVEL) & (least < 255 - _PURE_LEVEL)
    return np.asarray(edge, dtype=np.uint8)
