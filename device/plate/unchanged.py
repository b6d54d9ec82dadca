"""What of a mask cannot be garment, because it looks as it did with nothing worn."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import UInt8Array
from device.imaging.plate_comparison import PlateComparison

BoolArray = npt.NDArray[np.bool_]

# Levels are of 255, pixels of pictures whose longer side is about 240. The limits were tuned on
# pairs of labelled photos and renders, half of them held out: python -m benchmarks.verdict.
_BOUNCE = 0.02
"""Light that a garment throws onto its form or keeps from it, as a share of the level."""
_SPECIFIC = 0.5
"""At its own place it must differ so much less than at the best of those far away."""
_CHANGED_LEVELS = 16.0
"""What differs by more certainly came with the garment."""
_LEAST_CHANGED = 0.2
"""Of the mask: with less, too little is known of the garment's colours to call others foreign."""
_LEAST_NEW, _SAME_PLACE = 0.1, 0.5
"""Of the mask, what must be new for a garment to have come, and the most of that which may lie
where the model had found something already."""
_BIN_LEVELS = 16
"""Of a histogram of colours: wide enough for a fold's shades, narrow enough to tell skin."""
_OWN_COLOUR = 0.004
"""Colours that are less of the garment, their neighbours included, are foreign to it."""
_DECIDED = 0.3
"""A region counts where so much of it is decided; the rest of it is smooth and goes along."""
_LEAST_REGION, _LEAST_REGION_PX = 0.004, 12
"""Smaller regions are noise: as a share of the mask, and in pixels."""
_AMBIGUOUS = 0.2
"""With more of the mask undecided the garment is too much like its form to separate them."""


def find_unchanged(comparison: PlateComparison, alpha: UInt8Array) -> BoolArray | None:
    """Mark the part of a mask that cannot be garment.

    What agrees with the bare plate counts where it agrees nowhere else nearby, or where its
    colours are none of the garment's. Smooth cloth before a smooth form of its own colour may
    agree by chance; it is neither, and does not count.

    Args:
        comparison: of the picture with the plate; it covers the mask.
        alpha: uint8, shape (height, width) of the whole pictures, the mask.

    Returns:
        bool, shape of the mask; none of its outline, which is half of the one and half of the
        other. None where there is no mask, where it is nothing but an outline, or where the
        garment is too much like the form.
    """
    size, part = np.count_nonzero(alpha > 127), _locate(comparison)
    inner = _find_inside(alpha)[part]
    if not inner.any():
        return None
    same = inner & _agree(comparison)
    changed = inner & (comparison.near > _CHANGED_LEVELS)
    decided = same & (comparison.near < _SPECIFIC * comparison.far)
    if np.count_nonzero(changed) >= _LEAST_CHANGED * np.count_nonzero(inner):
        decided |= same & _find_foreign_colours(comparison.shown, changed)
    regions = _find_regions(same, decided, size)
    unchanged = np.count_nonzero(regions)
    if np.count_nonzero(same) - unchanged > max(unchanged, _AMBIGUOUS * size):
        return None
    return _place(regions, comparison, alpha)


def find_same(comparison: PlateComparison, alpha: UInt8Array) -> BoolArray:
    """Mark all of a mask that agrees with the plate, by chance or not, its outline included."""
    part = _locate(comparison)
    return _place((alpha[part] > 127) & _agree(comparison), comparison, alpha)


def find_new(
    comparison: PlateComparison, alpha: UInt8Array, found: BoolArray | None
) -> BoolArray | None:
    """Mark the part of a mask that certainly came after the plate.

    Args:
        comparison: of the picture with the plate; it covers the mask.
        alpha: uint8, shape (height, width) of the whole pictures, the mask.
        found: bool, same shape, what the model took for garment on the plate; None for nothing.

    Returns:
        bool, shape of the mask; None where it is too little for a garment, or where it took the
        place of what was found on the plate, which may then have been a garment as well.
    """
    part = _locate(comparison)
    new = _place(_find_inside(alpha)[part] & (comparison.near > _CHANGED_LEVELS), comparison, alpha)
    size = np.count_nonzero(new)
    if size < _LEAST_NEW * np.count_nonzero(alpha > 127) or size == 0:
        return None
    if found is not None and np.count_nonzero(new & found) > _SAME_PLACE * size:
        return None
    return new


def _locate(comparison: PlateComparison) -> tuple[slice, slice]:
    left, top, width, height = comparison.place
    return slice(top, top + height), slice(left, left + width)


def _place(part: BoolArray, comparison: PlateComparison, alpha: UInt8Array) -> BoolArray:
    """Return what is marked in the part that was compared, in the whole picture."""
    whole = np.zeros(alpha.shape, np.bool_)
    whole[_locate(comparison)] = part
    return whole


def _find_inside(alpha: UInt8Array) -> BoolArray:
    """Mark a mask without its outline."""
    mask = (alpha > 127).astype(np.uint8)
    return np.asarray(cv2.erode(mask, np.ones((3, 3), np.uint8))) > 0


def _agree(comparison: PlateComparison) -> BoolArray:
    """Mark where the picture is as the plate, of what was compared."""
    red, green, blue = (each.astype(np.float32) for each in cv2.split(comparison.shown))
    tolerance = comparison.tolerance + _BOUNCE / 3 * (red + green + blue)
    return np.asarray(comparison.near < tolerance)


def _find_foreign_colours(shown: UInt8Array, changed: BoolArray) -> BoolArray:
    """Mark colours that are none of those that certainly came with the garment."""
    bins = 256 // _BIN_LEVELS
    place = (shown // _BIN_LEVELS).astype(np.intp)
    flat = (place[..., 0] * bins + place[..., 1]) * bins + place[..., 2]
    counts = np.bincount(flat[changed], minlength=bins**3).astype(np.float32)
    share = counts.reshape(bins, bins, bins) / counts.sum()
    for axis in range(3):
        edged = np.pad(share, [(int(each == axis),) * 2 for each in range(3)])
        share = sum(np.take(edged, range(step, step + bins), axis) for step in range(3))
    return np.asarray(share.ravel()[flat] < _OWN_COLOUR)


def _find_regions(same: BoolArray, decided: BoolArray, mask_px: int) -> BoolArray:
    """Mark connected regions that are large and decided enough."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        same.astype(np.uint8), connectivity=4
    )
    area = stats[:, cv2.CC_STAT_AREA]
    sure = np.bincount(labels[decided], minlength=count)
    kept = (area >= max(_LEAST_REGION_PX, _LEAST_REGION * mask_px)) & (sure >= _DECIDED * area)
    kept[0] = False
    return np.asarray(kept[labels])
