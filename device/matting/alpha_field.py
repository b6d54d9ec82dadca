"""Moves the mask's edge from the model's coarse cells onto the edge that the picture shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array, UInt8Array
from device.matting.guided_filter import GuidedFilter

# Chosen by `python -m benchmarks.edges`: other windows (1.5 to 3 and 0.5 to 1 cells), steepness
# (1.5 to 3) and shares explained (20 to 60, 40 to 80%) stay within 0.001 IoU of these.
_WIDE_CELLS, _WIDE_STEEPNESS = 2.0, 3.0
"""Radius and contrast of the first filter, which finds the edge."""
_NARROW_CELLS, _NARROW_STEEPNESS = 1.0, 2.0
"""Those of the second, which settles on it."""
_OWN_STEEPNESS = 0.5
"""The first filter starts from the model's own edge as a ramp of two cells instead of one."""
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
    """The mask on half of the model's picture, and how to compute it from the frame's own pixels.

    Attributes:
        alpha: uint8, shape (rows, columns), each for two by two pixels of the model's picture.
        band: uint8, same shape, 1 where the frame's pixels decide, else 0.
        coefficients: float32, shape (rows, columns, 4): the frame's alpha (0 to 255) is its pixel's
            three channels (0 to 255, in the picture's order) times the first three, plus 255
            times the fourth.
        picture: uint8, shape (rows, columns, 3), half of the model's picture.
    """

    alpha: UInt8Array
    band: UInt8Array
    coefficients: Float32Array
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
            `device.segmentation.alpha_ramp.measure_edge_logit`.
        picture: uint8, shape (rows, columns, 3), half of the frame as the model saw it, without
            the letterbox's fill.
        stride: pixels of what the model saw for each of its cells.
        noise: standard deviation of the frame's noise, of 255 levels.
    """
    field = _make_hard_field(logits, picture)
    near = _find_surroundings(field.alpha, round((_WIDE_CELLS + _NARROW_CELLS) * stride))
    if near is None:
        return field
    half = np.ascontiguousarray(field.picture[near])
    rgba = cv2.cvtColor(half, cv2.COLOR_RGB2RGBA)
    own = _halve(_to_levels(logits[near], 255 * _OWN_STEEPNESS / full_logit, 127.5))
    guide = GuidedFilter(_halve(half), _LEAST_SMOOTHNESS + _NOISE_WEIGHT * noise**2)
    radius_px = max(1, round(_WIDE_CELLS * stride / 4))
    wide = _fit(guide, own, radius_px, _WIDE_STEEPNESS)
    # Read at twice the size: at the size of the fit it costs 0.01 of boundary F.
    found = _halve(apply_coefficients(_double(wide, half), rgba))
    radius_px = max(1, round(_NARROW_CELLS * stride / 4))
    coefficients = _double(_fit(guide, found, radius_px, _NARROW_STEEPNESS), half)
    alpha = apply_coefficients(coefficients, rgba)
    field.coefficients[near], field.alpha[near] = coefficients, alpha
    field.band[near] = _find_band(alpha)
    return field


def apply_coefficients(coefficients: cv2.typing.MatLike, rgba: cv2.typing.MatLike) -> UInt8Array:
    """Return the alpha of pixels.

    Args:
        coefficients: float32, shape (rows, columns, 4), see `AlphaField`.
        rgba: uint8, same shape: three channels of colour, and 255.

    Returns:
        uint8, shape (rows, columns).
    """
    first, second, third, rest = cv2.split(rgba * coefficients)
    return _to_levels(first + second + third + rest, 1, 0)


def _fit(
    guide: GuidedFilter, mask: UInt8Array, radius_px: int, steepness: float
) -> cv2.typing.MatLike:
    """Fit a mask to the picture's colours; returns `AlphaField.coefficients`."""
    fit = guide.fit(mask, radius_px)
    low, high = _EXPLAINED
    trust = np.clip((fit.explained - low) * np.float32(1 / (high - low)), 0, 1)
    steep = trust * np.float32(steepness)
    # The fallback and the steepness are folded in while the fields are small.
    offset = steep * (fit.offset - np.float32(127.5)) + trust * np.float32(127.5)
    offset += (1 - trust) * mask
    return cv2.merge([*(steep * slope for slope in fit.slopes), offset * np.float32(1 / 255)])


def _find_surroundings(alpha: UInt8Array, margin_px: int) -> tuple[slice, slice] | None:
    """Return the part of the field that holds all of the mask's edges; None without one."""
    left, top, width, height = cv2.boundingRect(alpha)
    if width * height == 0 or alpha.all():
        return None
    rows, columns = alpha.shape
    return (
        slice(max(0, top - margin_px), min(rows, top + height + margin_px)),
        slice(max(0, left - margin_px), min(columns, left + width + margin_px)),
    )


def _halve(field: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return each two by two pixels' mean; an odd last row or column counts twice."""
    height, width = field.shape[:2]
    if height % 2 or width % 2:
        edge = cv2.BORDER_REPLICATE
        field = np.asarray(cv2.copyMakeBorder(field, 0, height % 2, 0, width % 2, edge))
    size = (-(-width // 2), -(-height // 2))
    return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), dtype=field.dtype)


def _double(field: cv2.typing.MatLike, like: UInt8Array) -> cv2.typing.MatLike:
    """Return a field at twice the size, cut to the shape of what was halved."""
    size = (2 * field.shape[1], 2 * field.shape[0])
    return cv2.resize(field, size)[: like.shape[0], : like.shape[1]]


def _to_levels(values: cv2.typing.MatLike, slope: float, offset: float) -> UInt8Array:
    """Return 0 to 255; `cv2.convertScaleAbs` would mirror what is below 0."""
    levels = cv2.addWeighted(values, slope, values, 0, offset, dtype=cv2.CV_8U)
    return np.asarray(levels, dtype=np.uint8)


def _make_hard_field(logits: Float32Array, picture: UInt8Array) -> AlphaField:
    garment = np.where(logits > 0, np.uint8(255), np.uint8(0))
    coefficients = np.zeros((*garment.shape, 4), np.float32)
    return AlphaField(garment, np.zeros_like(garment), coefficients, picture)


def _find_band(alpha: UInt8Array) -> UInt8Array:
    around = np.ones((3, 3), np.uint8)
    most, least = cv2.dilate(alpha, around), cv2.erode(alpha, around)
    edge = (most > _PURE_LEVEL) & (least < 255 - _PURE_LEVEL)
    return np.asarray(edge, dtype=np.uint8)
