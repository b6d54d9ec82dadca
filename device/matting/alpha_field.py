"""Moving the mask's edge from the model's coarse cells onto the edge that the picture shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array, UInt8Array
from device.matting.guided_filter import GuidedFilter

# docs/adr/0012-tile-passes.md has what else was tried. Two passes: a wide one that finds the edge
# and a narrow one that settles on it.
_WIDE_CELLS, _WIDE_STEEPNESS = 2.0, 3.0
_NARROW_CELLS, _NARROW_STEEPNESS = 1.0, 2.0
_OWN_STEEPNESS = 0.5
_LEAST_SMOOTHNESS = 1e-4 * 255**2
"""Variance of colour, in levels squared, below which the picture has no edge to follow."""
_NOISE_WEIGHT = 2.0
"""The model's picture averages the sensor's noise away, the frame's pixels carry all of it."""
_EXPLAINED = (0.3, 0.7)
"""Up to the first the model's own edge stands, from the second on the picture's does."""
_PURE_LEVEL = 5
"""Within so many levels of 0 or 255 all around, there is no edge."""

Number = TypeVar("Number", np.uint8, np.float32)


@dataclass(frozen=True, slots=True)
class AlphaField:
    """The mask on half of the model's picture, and how to read it off the frame's own pixels.

    Attributes:
        alpha: uint8, shape (rows, columns), each for two by two pixels of the model's picture.
        band: uint8, same shape, 1 where the frame's pixels are to be asked, else 0.
        reading: float32, shape (rows, columns, 4): the frame's alpha (0 to 255) is its pixel's
            three channels (0 to 255, in the picture's order) times the first three, plus 255
            times the fourth.
        picture: uint8, shape (rows, columns, 3), half of the model's picture.
    """

    alpha: UInt8Array
    band: UInt8Array
    reading: Float32Array
    picture: UInt8Array


def refine_alpha(
    logits: Float32Array, full_logit: float, picture: UInt8Array, *, stride: int, noise: float
) -> AlphaField:
    """Find where the picture's own edges say that the mask ends.

    Two colour-guided filters (He, Sun and Tang, "Guided Image Filtering", 2013) on a quarter of
    the model's picture, whose fits are read at half of it, and at the end at the frame's own pixels
    (He and Sun, "Fast Guided Filter", 2015): a tenth of the work, and no worse on any set. Where
    colours do not explain the mask, because both sides look alike or the fabric is livelier than
    the edge, the model's own interpolated edge stands.

    Args:
        logits: float32, shape (rows, columns), garment above 0.
        full_logit: what the logits rise by within half a cell, see
            `device.segmentation.alpha_ramp.edge_logit`.
        picture: uint8, shape (rows, columns, 3), half of the frame as the model saw it, without
            the letterbox's fill.
        stride: pixels of what the model saw for each of its cells.
        noise: standard deviation of the frame's noise, of 255 levels.
    """
    field = _without_edge(logits, picture)
    near = _near(field.alpha, round((_WIDE_CELLS + _NARROW_CELLS) * stride))
    if near is None:
        return field
    half = np.ascontiguousarray(field.picture[near])
    shown = cv2.cvtColor(half, cv2.COLOR_RGB2RGBA)
    own = _halve(_levels(logits[near], 255 * _OWN_STEEPNESS / full_logit, 127.5))
    guide = GuidedFilter(_halve(half), _LEAST_SMOOTHNESS + _NOISE_WEIGHT * noise**2)
    radius_px = max(1, round(_WIDE_CELLS * stride / 4))
    wide = _fit(guide, own, radius_px, _WIDE_STEEPNESS)
    # What has been found is read at twice the size: read where it was fitted it costs 0.01 of F.
    found = _halve(read_alpha(_double(wide, half), shown))
    radius_px = max(1, round(_NARROW_CELLS * stride / 4))
    reading = _double(_fit(guide, found, radius_px, _NARROW_STEEPNESS), half)
    alpha = read_alpha(reading, shown)
    field.reading[near], field.alpha[near], field.band[near] = reading, alpha, _band(alpha)
    return field


def read_alpha(reading: cv2.typing.MatLike, shown: cv2.typing.MatLike) -> UInt8Array:
    """The alpha that a reading gives.

    Args:
        reading: float32, shape (rows, columns, 4), see `AlphaField`.
        shown: uint8, same shape: three channels of colour, and 255.

    Returns:
        uint8, shape (rows, columns).
    """
    first, second, third, rest = cv2.split(shown * reading)
    return _levels(first + second + third + rest, 1, 0)


def _fit(
    guide: GuidedFilter, mask: UInt8Array, radius_px: int, steepness: float
) -> cv2.typing.MatLike:
    """How a mask is read off a picture's colours, see `AlphaField.reading`."""
    fit = guide.fit(mask, radius_px)
    low, high = _EXPLAINED
    trust = np.clip((fit.explained - low) * np.float32(1 / (high - low)), 0, 1)
    steep = trust * np.float32(steepness)
    # The fallback and the steepness are folded in while the fields are small.
    offset = steep * (fit.offset - np.float32(127.5)) + trust * np.float32(127.5)
    offset += (1 - trust) * mask
    return cv2.merge([*(steep * slope for slope in fit.slopes), offset * np.float32(1 / 255)])


def _near(alpha: UInt8Array, margin_px: int) -> tuple[slice, slice] | None:
    """The part of the field that holds all of the mask's edges; None where there are none."""
    left, top, width, height = cv2.boundingRect(alpha)
    if width * height == 0 or alpha.all():
        return None
    rows, columns = alpha.shape
    return (
        slice(max(0, top - margin_px), min(rows, top + height + margin_px)),
        slice(max(0, left - margin_px), min(columns, left + width + margin_px)),
    )


def _halve(field: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Each two by two pixels' mean; an odd one's last row or column is doubled."""
    height, width = field.shape[:2]
    if height % 2 or width % 2:
        edge = cv2.BORDER_REPLICATE
        field = np.asarray(cv2.copyMakeBorder(field, 0, height % 2, 0, width % 2, edge))
    size = (-(-width // 2), -(-height // 2))
    return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), dtype=field.dtype)


def _double(reading: cv2.typing.MatLike, like: UInt8Array) -> cv2.typing.MatLike:
    """A reading at twice the size, cut to the shape of what was halved."""
    size = (2 * reading.shape[1], 2 * reading.shape[0])
    return cv2.resize(reading, size)[: like.shape[0], : like.shape[1]]


def _levels(values: cv2.typing.MatLike, slope: float, offset: float) -> UInt8Array:
    """0 to 255; `cv2.convertScaleAbs` would turn what is below 0 over."""
    levels = cv2.addWeighted(values, slope, values, 0, offset, dtype=cv2.CV_8U)
    return np.asarray(levels, dtype=np.uint8)


def _without_edge(logits: Float32Array, picture: UInt8Array) -> AlphaField:
    garment = np.where(logits > 0, np.uint8(255), np.uint8(0))
    reading = np.zeros((*garment.shape, 4), np.float32)
    return AlphaField(garment, np.zeros_like(garment), reading, picture)


def _band(alpha: UInt8Array) -> UInt8Array:
    around = np.ones((3, 3), np.uint8)
    most, least = cv2.dilate(alpha, around), cv2.erode(alpha, around)
    edge = (most > _PURE_LEVEL) & (least < 255 - _PURE_LEVEL)
    return np.asarray(edge, dtype=np.uint8)
