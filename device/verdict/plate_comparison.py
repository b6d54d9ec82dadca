"""How much of a mask looks as it did when the set was bare."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array, UInt8Array

Bools = npt.NDArray[np.bool_]
Steps = Sequence[tuple[int, int]]

# docs/cutouts.md has the measurements behind these. Levels are of 255, pixels of pictures whose
# longer side is 240.
_HALF = 127
_BLACK, _WHITE = 8, 245
"""Darker or brighter levels tell nothing of the light."""
_CLEAR_PX = 4
"""So near to the mask its edge and its shadow are."""
_LEAST_AROUND, _SAME_AROUND = 0.05, 0.6
"""So much of the frame must be clear of the mask, and so much of that look as before."""
_GAINS = (0.7, 1.4)
_EVERY = 4
"""So many of these pixels are enough for a median."""
_WINDOW_PX = 3
_NUDGE_PX, _FAR_PX = 5, 15
"""A form that was pushed while it was dressed is found nearby, anything else further away."""
_FLOOR_LEVELS, _NOISE_TIMES, _MOST_LEVELS = 2.5, 3.0, 8.0
_BOUNCE = 0.02
"""Light that a garment throws onto its form or keeps from it, as a share of the level."""
_SPECIFIC = 0.5
"""At its own place it must differ so much less than at the best of those far away."""
_SHADING_PX = 9
"""What changes more slowly is shading."""
_CHANGED_LEVELS = 16.0
_LEAST_CHANGED = 0.2
_BIN_LEVELS = 16
_OWN_COLOUR = 0.004
"""Colours that are less of the garment, their neighbours included, are foreign to it."""
_DECIDED = 0.3
_LEAST_REGION, _LEAST_REGION_PX = 0.004, 12
_AMBIGUOUS = 0.2
"""With more of the mask undecided the garment is too much like its form to tell them apart."""

_NEAR: Steps = [
    (down, right)
    for down in range(-_NUDGE_PX, _NUDGE_PX + 1)
    for right in range(-_NUDGE_PX, _NUDGE_PX + 1)
    if math.hypot(down, right) <= _NUDGE_PX
]
_FAR: Steps = [
    (down, right)
    for down in (-_FAR_PX, 0, _FAR_PX)
    for right in (-_FAR_PX, 0, _FAR_PX)
    if down or right
]


@dataclass(frozen=True, slots=True)
class PlateComparison:
    """How alike a shown and a bare set are, in and about a mask.

    Attributes:
        place: left, top, width and height of what was compared.
        now: uint8, shape (height, width, 3), what is shown there.
        near: float32, shape (height, width), levels that it differs by from the bare set, the
            place itself or one nearby.
        far: float32, same shape, from the best of some places further away.
        tolerance: levels that the noise makes differ.
    """

    place: tuple[int, int, int, int]
    now: UInt8Array
    near: Float32Array
    far: Float32Array
    tolerance: float

    def holds(self, alpha: UInt8Array) -> bool:
        """Whether all of a mask lies in what was compared."""
        left, top, width, height = cv2.boundingRect((alpha > _HALF).astype(np.uint8))
        own_left, own_top, own_width, own_height = self.place
        return (
            own_left <= left
            and own_top <= top
            and left + width <= own_left + own_width
            and top + height <= own_top + own_height
        )

    def unchanged_share(self, alpha: UInt8Array) -> float | None:
        """Share of a mask that cannot be garment, for it looks as it did without one.

        What agrees with the bare set counts where it agrees nowhere else nearby, or where its
        colours are none of the garment's. Smooth cloth before a smooth form of its own colour may
        agree by chance, is neither, and does not count.

        Args:
            alpha: uint8, shape (height, width) of the whole pictures, the mask; it is held.

        Returns:
            0 to 1; None where there is no mask, where it is but an outline, or where the garment
            is too much like the form.
        """
        mask = (alpha > _HALF).astype(np.uint8)
        size = cv2.countNonZero(mask)
        if size == 0:
            return None
        left, top, width, height = self.place
        part = (slice(top, top + height), slice(left, left + width))
        # What lies on the outline is half of the one and half of the other.
        inner = np.asarray(cv2.erode(mask, np.ones((3, 3), np.uint8)))[part] > 0
        red, green, blue = (each.astype(np.float32) for each in cv2.split(self.now))
        bounced = self.tolerance + _BOUNCE / 3 * (red + green + blue)
        if not inner.any():
            return None  # So thin that nothing but its outline is there.
        same = inner & (self.near < bounced)
        own = inner & (self.near > _CHANGED_LEVELS)
        decided = same & (self.near < _SPECIFIC * self.far)
        if np.count_nonzero(own) >= _LEAST_CHANGED * np.count_nonzero(inner):
            decided |= same & _foreign(self.now, own)
        unchanged = np.count_nonzero(_regions(same, decided, size))
        if np.count_nonzero(same) - unchanged > max(unchanged, _AMBIGUOUS * size):
            return None
        return unchanged / size


def compare(
    bare: UInt8Array, shown: UInt8Array, alpha: UInt8Array, margin_px: int = 0
) -> PlateComparison | None:
    """Compare a set with what it looked like bare.

    Args:
        bare: uint8, shape (height, width, 3), the set without a garment, its longer side about
            240.
        shown: the same with one.
        alpha: uint8, shape (height, width), where it is, at least about.
        margin_px: compare so much around it too, for another mask.

    Returns:
        None where there is no mask, or where what is around it does not tell that it is the same
        set.
    """
    lit = _in_the_light_of(bare, shown, alpha)
    left, top, width, height = cv2.boundingRect((alpha > _HALF).astype(np.uint8))
    if lit is None or width * height == 0:
        return None
    before, tolerance = lit
    right, bottom = left + width + margin_px, top + height + margin_px
    left, top = max(0, left - margin_px), max(0, top - margin_px)
    width, height = min(right, alpha.shape[1]) - left, min(bottom, alpha.shape[0]) - top
    place, part = (left, top, width, height), (slice(top, top + height), slice(left, left + width))
    now = np.ascontiguousarray(shown[part])
    near = _least_difference(now, before, place, _NEAR)
    # Smooth forms are shaded alike: there only an edge or a texture is like no other place.
    far = np.minimum(
        _least_difference(now, before, place, _FAR),
        _least_difference(_relief(shown)[part], _relief(before), place, _FAR),
    )
    return PlateComparison(place, now, near, far, tolerance)


def _relief(picture: UInt8Array) -> UInt8Array:
    """Edges and texture without the shading, about 128: all smooth forms are shaded alike."""
    smooth = cv2.blur(picture, (_SHADING_PX, _SHADING_PX))
    return np.asarray(cv2.addWeighted(picture, 1, smooth, -1, 128), dtype=np.uint8)


def _in_the_light_of(
    bare: UInt8Array, shown: UInt8Array, alpha: UInt8Array
) -> tuple[UInt8Array, float] | None:
    """The bare set in the shot's light, and how many levels the noise makes differ."""
    kernel = np.ones((2 * _CLEAR_PX + 1, 2 * _CLEAR_PX + 1), np.uint8)
    clear = cv2.dilate((alpha > 12).astype(np.uint8), kernel) == 0
    # Ten times as fast as reductions over so short an axis.
    extremes = cv2.split(cv2.min(bare, shown)), cv2.split(cv2.max(bare, shown))
    for lowest, highest in zip(*extremes, strict=True):
        clear &= (lowest > _BLACK) & (highest < _WHITE)
    if np.count_nonzero(clear) < _LEAST_AROUND * clear.size:
        return None
    some = np.flatnonzero(clear)[::_EVERY]
    after, earlier = (each.reshape(-1, 3)[some].astype(np.float32) + 1 for each in (shown, bare))
    gains = np.median(after / earlier, axis=0)
    if gains.min() < _GAINS[0] or gains.max() > _GAINS[1]:
        return None
    levels = np.arange(256, dtype=np.float32)[:, None] * gains
    table = np.clip(np.round(levels), 0, 255).astype(np.uint8)[None]
    before = np.asarray(cv2.LUT(bare, table), dtype=np.uint8)
    around = _difference(shown, before)[clear] / _WINDOW_PX**2
    tolerance = float(np.clip(_NOISE_TIMES * np.median(around), _FLOOR_LEVELS, _MOST_LEVELS))
    if float((around < 2 * tolerance).mean()) < _SAME_AROUND:
        return None
    return before, tolerance


def _least_difference(
    now: UInt8Array, before: UInt8Array, place: Sequence[int], steps: Steps
) -> Float32Array:
    """How much a part of the shot differs from the bare set at best, over several shifts.

    Args:
        now: uint8, shape (height, width, 3).
        before: all of the bare set.
        place: left, top, width and height of the part.
        steps: pixels down and to the right.

    Returns:
        Levels, float32, shape (height, width).
    """
    left, top, width, height = place
    wide = cv2.copyMakeBorder(before, *(_FAR_PX,) * 4, cv2.BORDER_REPLICATE)
    least: cv2.typing.MatLike | None = None
    for down, right in steps:
        rows, columns = top + _FAR_PX + down, left + _FAR_PX + right
        moved = wide[rows : rows + height, columns : columns + width]
        each = _difference(now, np.asarray(moved, dtype=np.uint8))
        least = each if least is None else cv2.min(least, each)
    return np.asarray(least, np.float32) / np.float32(_WINDOW_PX**2)


def _difference(one: UInt8Array, other: UInt8Array) -> npt.NDArray[np.uint16]:
    """The largest channel's, summed over a window."""
    red, green, blue = cv2.split(cv2.absdiff(one, other))
    largest = cv2.max(cv2.max(red, green), blue)
    summed = cv2.boxFilter(largest, cv2.CV_16U, (_WINDOW_PX, _WINDOW_PX), normalize=False)
    return np.asarray(summed, dtype=np.uint16)


def _foreign(shown: UInt8Array, own: Bools) -> Bools:
    """Where the shot's colours are none of those that certainly came with the garment."""
    bins = 256 // _BIN_LEVELS
    place = (shown // _BIN_LEVELS).astype(np.intp)
    flat = (place[..., 0] * bins + place[..., 1]) * bins + place[..., 2]
    counts = np.bincount(flat[own], minlength=bins**3).astype(np.float32)
    share = counts.reshape(bins, bins, bins) / counts.sum()
    for axis in range(3):
        edged = np.pad(share, [(int(each == axis),) * 2 for each in range(3)])
        share = sum(np.take(edged, range(step, step + bins), axis) for step in range(3))
    return np.asarray(share.ravel()[flat] < _OWN_COLOUR)


def _regions(same: Bools, decided: Bools, mask_px: int) -> Bools:
    """Connected regions that are large and decided enough."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        same.astype(np.uint8), connectivity=4
    )
    area = stats[:, cv2.CC_STAT_AREA]
    sure = np.bincount(labels[decided], minlength=count)
    kept = (area >= max(_LEAST_REGION_PX, _LEAST_REGION * mask_px)) & (sure >= _DECIDED * area)
    kept[0] = False
    return np.asarray(kept[labels])
