"""Which part of a mask may be taken away, as the set with nothing worn looked the same there."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array, UInt8Array
from device.imaging.plate_comparison import PlateComparison
from device.plate.unchanged import find_new, find_same, find_unchanged

BoolArray = npt.NDArray[np.bool_]

# Pixels are of pictures whose longer side is about 240. The limits were chosen on half of the
# pairs of `python -m benchmarks.plate`.
_CERTAIN, _LEAST_TYPICAL = 0.8, 3.5
"""From this share of the new garment's typical logit on the model is as certain as of that; where
it is unsure of that one, as certain as of most garments."""
_MOSTLY = 0.5
"""A region of which it is certain in more than this share may be garment that was there already."""
_LARGE, _LARGE_REACH_PX = 0.05, 10
"""So may a part of a region, where it is certain throughout so large a share of the mask, and what
is around it."""
_COLUMN_SHARE, _OVERLAP, _LITTLE = 0.02, 0.2, 0.02
"""An island is beside the new garment where so little of its width lies above or below that, whose
columns hold at least so much of it, and so little of the island is new itself."""
_LEAST_REGION_PX = 12
"""What is left of a region is noise if it is smaller."""
_SMALL, _AROUND_PX, _ENCLOSED = 0.02, 3, 0.5
"""A region of less of the mask is garment that agrees by chance where more than half of what is
around it is new."""
_RIM_PX = 3
"""So far from a region its outline is, which looks as it did too but was not decided on."""


def find_removable(
    comparison: PlateComparison, logits: Float32Array, found: BoolArray | None
) -> BoolArray | None:
    """Mark what is to be taken out of a mask.

    Args:
        comparison: of the picture with the plate; it covers the mask.
        logits: float32, shape (height, width) of the whole pictures, garment above 0.
        found: bool, same shape, what the model took for garment on the plate; None for nothing.

    Returns:
        bool, same shape; None where there is nothing to take, or where no garment is seen that
        came since the plate: then the model may have overlooked this one on the plate.
    """
    alpha = np.where(logits > 0, np.uint8(255), np.uint8(0))
    # Cloth beside a prop of its colour would agree with that prop a few pixels aside.
    comparison = replace(comparison, near=comparison.still)
    new = find_new(comparison, alpha, found)
    unchanged = None if new is None else find_unchanged(comparison, alpha)
    if new is None or unchanged is None:
        return None
    certain = logits > _CERTAIN * max(_LEAST_TYPICAL, float(np.median(logits[new])))
    certain &= ~_find_apart(alpha, new)
    size = np.count_nonzero(alpha)
    regions = _drop_certain(_drop_enclosed(unchanged, new, size), certain, size)
    return _add_rims(regions, find_same(comparison, alpha)) if regions.any() else None


def _find_apart(alpha: UInt8Array, new: BoolArray) -> BoolArray:
    """Mark islands of a mask beside the new garment, such as other garments on a rail.

    Nothing that is worn with it hangs there; above and below it something may.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(alpha, connectivity=8)
    left, width = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_WIDTH]
    columns = np.flatnonzero(np.count_nonzero(new, axis=0) > _COLUMN_SHARE * new.shape[0])
    if columns.size == 0:
        return np.zeros(new.shape, np.bool_)
    common = np.minimum(left + width, columns[-1] + 1) - np.maximum(left, columns[0])
    of_new = np.bincount(labels[new], minlength=count)
    apart = (common <= _OVERLAP * width) & (of_new <= _LITTLE * stats[:, cv2.CC_STAT_AREA])
    apart[0] = False
    return np.asarray(apart[labels])


def _drop_enclosed(unchanged: BoolArray, new: BoolArray, mask_px: int) -> BoolArray:
    """Leave out small regions amid the new garment: a patch of it that looks as the set did."""
    labels, area = _label(unchanged)
    kept = np.ones(area.size, np.bool_)
    kept[0] = False
    around = np.ones((2 * _AROUND_PX + 1,) * 2, np.uint8)
    for number in np.flatnonzero(area < _SMALL * mask_px):
        region = (labels == number).astype(np.uint8)
        ring = (cv2.dilate(region, around) > 0) & (region == 0)
        kept[number] &= np.count_nonzero(ring & new) <= _ENCLOSED * np.count_nonzero(ring)
    return np.asarray(kept[labels])


def _drop_certain(unchanged: BoolArray, certain: BoolArray, mask_px: int) -> BoolArray:
    """Leave out regions, and large parts of regions, that the model is sure are garment.

    The set was not undressed then when the plate was taken, or the model overlooked a garment.
    """
    labels, area = _label(unchanged)
    kept = np.bincount(labels[certain], minlength=area.size) <= _MOSTLY * area
    kept[0] = False
    regions = np.asarray(kept[labels])
    parts = cv2.morphologyEx(
        (regions & certain).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)
    )
    labels, area = _label(np.asarray(parts > 0))
    large = area >= _LARGE * mask_px
    large[0] = False
    reach = np.ones((2 * _LARGE_REACH_PX + 1,) * 2, np.uint8)
    around = cv2.dilate(large[labels].astype(np.uint8), reach)
    labels, area = _label(regions & (around == 0))
    kept = area >= _LEAST_REGION_PX
    kept[0] = False
    return np.asarray(kept[labels])


def _label(marked: BoolArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.intp]]:
    """Return a number for each connected region, 0 for what is not marked, and their areas."""
    count, labels = cv2.connectedComponents(marked.astype(np.uint8), connectivity=4)
    return np.asarray(labels, dtype=np.int32), np.bincount(labels.ravel(), minlength=count)


def _add_rims(regions: BoolArray, same: BoolArray) -> BoolArray:
    """Let regions grow over what is the same around them, by the width of an outline."""
    grown, allowed = regions.astype(np.uint8), (same | regions).astype(np.uint8)
    for _ in range(_RIM_PX):
        wider = cv2.dilate(grown, np.ones((3, 3), np.uint8))
        grown = np.asarray(cv2.min(wider, allowed), dtype=np.uint8)
    return grown > 0
