"""How a picture of a set differs from one of the same set with nothing worn, the bare plate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array, UInt8Array

Shifts = Sequence[tuple[int, int]]
"""Pixels down and to the right."""

# Levels are of 255, pixels of pictures whose longer side is about 240. The limits were tuned on
# pairs of labelled photos and renders, half of them held out: python -m benchmarks.verdict.
_BLACK, _WHITE = 8, 245
"""Darker or brighter levels are clipped and say nothing of the light."""
_CLEAR_PX = 4
"""So near to the mask its edge and its shadow are."""
_LEAST_AROUND, _SAME_AROUND = 0.05, 0.6
"""So much of the frame must be clear of the mask, and so much of that be unchanged."""
_GAINS = (0.7, 1.4)
"""Lamps that flicker and a camera that adapts change less; other light makes another set."""
_AGREES = 0.15
"""What differs by a larger share after that is no lamp that flickers, but another thing."""
_LIGHT_PX, _LITTLE = (161, 61), 0.02
"""Windows over which one lamp of several changes the light, and the share of one that is little."""
_EVERY = 4
"""So many of these pixels are enough for a median."""
_WINDOW_PX = 3
"""Of the mean over which noise is averaged out."""
_SHAKE_PX, _NUDGE_PX, _FAR_PX = 1, 5, 15
"""The set is found where it was, a form that was pushed while it was dressed nearby, and anything
else further away."""
_FLOOR_LEVELS, _NOISE_TIMES, _MOST_LEVELS = 2.5, 3.0, 8.0
"""The tolerance is so many times the typical difference around the mask, within two limits."""
_SHADING_PX = 9
"""What changes more slowly is shading."""

_NEAR: Shifts = [
    (down, right)
    for down in range(-_NUDGE_PX, _NUDGE_PX + 1)
    for right in range(-_NUDGE_PX, _NUDGE_PX + 1)
    if math.hypot(down, right) <= _NUDGE_PX
]
_STILL: Shifts = [each for each in _NEAR if math.hypot(*each) < _SHAKE_PX + 0.5]
_PUSHED: Shifts = [each for each in _NEAR if each not in _STILL]
_FAR: Shifts = [
    (down, right)
    for down in (-_FAR_PX, 0, _FAR_PX)
    for right in (-_FAR_PX, 0, _FAR_PX)
    if down or right
]


@dataclass(frozen=True, slots=True)
class PlateComparison:
    """Differences between a picture and the plate, in and around a mask.

    Attributes:
        place: left, top, width and height of what was compared.
        shown: uint8, shape (height, width, 3), the picture there.
        still: float32, shape (height, width), levels by which it differs from the plate at the
            place itself.
        near: float32, shape (height, width), levels by which it differs from the plate at the
            place itself or one nearby, whichever is least.
        far: float32, same shape, from the best of some places further away.
        tolerance: levels that the noise makes differ.
    """

    place: tuple[int, int, int, int]
    shown: UInt8Array
    still: Float32Array
    near: Float32Array
    far: Float32Array
    tolerance: float

    def covers(self, alpha: UInt8Array) -> bool:
        """Say whether all of a mask lies in what was compared."""
        left, top, width, height = bound_mask(alpha)
        own_left, own_top, own_width, own_height = self.place
        return (
            own_left <= left
            and own_top <= top
            and left + width <= own_left + own_width
            and top + height <= own_top + own_height
        )


def bound_mask(alpha: UInt8Array) -> tuple[int, int, int, int]:
    """Return left, top, width and height of a mask; the last two are 0 where it is empty."""
    left, top, width, height = cv2.boundingRect((alpha > 127).astype(np.uint8))
    return left, top, width, height


def compare_with_plate(
    plate: UInt8Array, shown: UInt8Array, alpha: UInt8Array, margin_px: int = 0
) -> PlateComparison | None:
    """Compare a picture with the plate.

    Args:
        plate: uint8, shape (height, width, 3), its longer side about 240.
        shown: same shape, the set with a garment.
        alpha: uint8, shape (height, width), the garment's mask, at least roughly.
        margin_px: compare so much around the mask too, for another one.

    Returns:
        None where there is no mask, or where what is around it does not show the same set.
    """
    lit = _adapt_light(plate, shown, alpha)
    left, top, width, height = bound_mask(alpha)
    if lit is None or width * height == 0:
        return None
    before, tolerance = lit
    right, bottom = left + width + margin_px, top + height + margin_px
    left, top = max(0, left - margin_px), max(0, top - margin_px)
    width, height = min(right, alpha.shape[1]) - left, min(bottom, alpha.shape[0]) - top
    place, part = (left, top, width, height), (slice(top, top + height), slice(left, left + width))
    now = np.ascontiguousarray(shown[part])
    still = _find_least_difference(now, before, place, _STILL)
    near = np.minimum(still, _find_least_difference(now, before, place, _PUSHED))
    # Smooth forms are shaded alike: there only an edge or a texture is like no other place.
    far = np.minimum(
        _find_least_difference(now, before, place, _FAR),
        _find_least_difference(_remove_shading(shown)[part], _remove_shading(before), place, _FAR),
    )
    return PlateComparison(place, now, still, near, far, tolerance)


def _remove_shading(picture: UInt8Array) -> UInt8Array:
    """Return edges and texture about 128."""
    smooth = cv2.blur(picture, (_SHADING_PX, _SHADING_PX))
    return np.asarray(cv2.addWeighted(picture, 1, smooth, -1, 128), dtype=np.uint8)


def _adapt_light(
    plate: UInt8Array, shown: UInt8Array, alpha: UInt8Array
) -> tuple[UInt8Array, float] | None:
    """Return the plate in the picture's light, and how many levels the noise makes differ."""
    kernel = np.ones((2 * _CLEAR_PX + 1, 2 * _CLEAR_PX + 1), np.uint8)
    clear = cv2.dilate((alpha > 12).astype(np.uint8), kernel) == 0
    # Ten times as fast as reductions over so short an axis.
    extremes = cv2.split(cv2.min(plate, shown)), cv2.split(cv2.max(plate, shown))
    for lowest, highest in zip(*extremes, strict=True):
        clear &= (lowest > _BLACK) & (highest < _WHITE)
    if np.count_nonzero(clear) < _LEAST_AROUND * clear.size:
        return None
    some = np.flatnonzero(clear)[::_EVERY]
    after, earlier = (each.reshape(-1, 3)[some].astype(np.float32) + 1 for each in (shown, plate))
    gains = np.median(after / earlier, axis=0)
    if gains.min() < _GAINS[0] or gains.max() > _GAINS[1]:
        return None
    levels = np.arange(256, dtype=np.float32)[:, None] * gains
    table = np.clip(np.round(levels), 0, 255).astype(np.uint8)[None]
    before = np.asarray(cv2.LUT(plate, table), dtype=np.uint8)
    before = _adapt_locally(before, shown, clear)
    around = _sum_differences(shown, before)[clear] / _WINDOW_PX**2
    tolerance = float(np.clip(_NOISE_TIMES * np.median(around), _FLOOR_LEVELS, _MOST_LEVELS))
    if float((around < 2 * tolerance).mean()) < _SAME_AROUND:
        return None
    return before, tolerance


def _adapt_locally(
    before: UInt8Array, shown: UInt8Array, clear: npt.NDArray[np.bool_]
) -> UInt8Array:
    """Follow one lamp of several, whose light reaches a part of the set alone."""
    after, earlier = (
        cv2.transform(each.astype(np.float32), np.ones((1, 3), np.float32)) + np.float32(3)
        for each in (shown, before)
    )
    excess = after / earlier - np.float32(1)
    agrees = (clear & (np.abs(excess) < _AGREES)).astype(np.float32)
    excess *= agrees
    brighter = np.zeros_like(excess)
    # From far around to near: where a window knows little, what the wider one found stands.
    for window_px in _LIGHT_PX:
        size = (window_px, window_px)
        known = cv2.blur(agrees, size) + np.float32(_LITTLE)
        brighter = (cv2.blur(excess, size) + np.float32(_LITTLE) * brighter) / known
    lit = before * (np.float32(1) + brighter)[..., None]
    return np.asarray(np.clip(np.round(lit), 0, 255), dtype=np.uint8)


def _find_least_difference(
    now: UInt8Array, before: UInt8Array, place: Sequence[int], shifts: Shifts
) -> Float32Array:
    """Return how much a part of the picture differs from the plate at the best of some shifts.

    Args:
        now: uint8, shape (height, width, 3).
        before: all of the plate.
        place: left, top, width and height of the part.
        shifts: of the plate.

    Returns:
        Levels, float32, shape (height, width).
    """
    left, top, width, height = place
    wide = cv2.copyMakeBorder(before, *(_FAR_PX,) * 4, cv2.BORDER_REPLICATE)
    least: cv2.typing.MatLike | None = None
    for down, right in shifts:
        rows, columns = top + _FAR_PX + down, left + _FAR_PX + right
        moved = wide[rows : rows + height, columns : columns + width]
        each = _sum_differences(now, np.asarray(moved, dtype=np.uint8))
        least = each if least is None else cv2.min(least, each)
    return np.asarray(least, np.float32) / np.float32(_WINDOW_PX**2)


def _sum_differences(one: UInt8Array, other: UInt8Array) -> npt.NDArray[np.uint16]:
    """Return the difference of the channel that differs most, summed over a window."""
    red, green, blue = cv2.split(cv2.absdiff(one, other))
    largest = cv2.max(cv2.max(red, green), blue)
    summed = cv2.boxFilter(largest, cv2.CV_16U, (_WINDOW_PX, _WINDOW_PX), normalize=False)
    return np.asarray(summed, dtype=np.uint16)
