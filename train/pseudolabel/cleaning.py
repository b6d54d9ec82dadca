"""Clean a teacher's mask by a garment network and GrabCut.

The teacher is a salient-object network: it finds hangers, hands and price tags together with the
garment, but its outlines are good. So its mask is kept, except where the garment network and
GrabCut both contradict it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array
from train.evaluation.picture_score import mask_iou
from train.pseudolabel.grabcut import SURE_PROBABILITY, segment_by_grabcut
from train.pseudolabel.thin_parts import apply_opening, find_doubtful_parts, find_specks

# Thinner differences only move the outline, and there the teacher is better.
MIN_THICKNESS_SHARE = 0.008  # of the diagonal
SPECK_SHARE = 0.002  # of the mask: smaller components and holes are noise


@dataclass(frozen=True, slots=True)
class CleanedMask:
    """A teacher's mask after cleaning.

    Attributes:
        mask: uint8 (height, width), with the teacher's soft edges where it was kept.
        grabcut_iou: IoU of the mask with GrabCut's, 0 to 1.
        changed_share: pixels removed or added, as a share of the teacher's mask.
    """

    mask: UInt8Array
    grabcut_iou: float
    changed_share: float


def _grow(core: BoolArray, within: BoolArray, reach_px: int) -> BoolArray:
    """Grow a core by ``reach_px`` inside ``within``, so that no gap is left around it."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach_px + 1,) * 2)
    near = cv2.dilate(core.astype(np.uint8), kernel) > 0
    return np.asarray(core | (near & within))


def _remove_specks(mask: UInt8Array) -> UInt8Array:
    """Remove specks and fill pinholes."""
    garment = mask >= 128
    min_px = SPECK_SHARE * float(garment.sum())
    cleaned = mask.copy()
    cleaned[find_specks(garment, min_px)] = 0
    cleaned[find_specks(~garment, min_px)] = 255
    return cleaned


def clean_mask(picture: UInt8Array, teacher: UInt8Array, probability: Float32Array) -> CleanedMask:
    """Clean a teacher's mask.

    Args:
        picture: uint8 (height, width, 3), RGB.
        teacher: the teacher's mask, uint8 (height, width), 128 and above is garment.
        probability: the network's probability of garment, float32 (height, width), 0 to 1.
    """
    found, (height, width) = teacher >= 128, teacher.shape
    soft = teacher.astype(np.float32) / 255
    doubtful = find_doubtful_parts(picture, found, probability)
    # Sure only where both are sure; where they differ, GrabCut starts from the teacher.
    surest = np.where(found, np.minimum(soft, probability), np.maximum(soft, probability))
    joint = np.where(found == (probability > 0.5), surest, 0.2 + 0.6 * soft)
    # A doubtful part starts as background: only the garment's colours bring it back.
    joint = np.where(doubtful, 0.2, joint).astype(np.float32)
    reduced = segment_by_grabcut(picture, joint)
    if reduced is None:
        return CleanedMask(teacher, 0.0, 0.0)
    grabcut = cv2.resize(reduced.astype(np.float32), (width, height)) > 0.5
    thickness_px = max(3, round(MIN_THICKNESS_SHARE * math.hypot(height, width)))
    cut = apply_opening(found & (probability < 1 - SURE_PROBABILITY) & ~grabcut, thickness_px)
    cut = _grow(cut, found & (probability < 0.5) & ~grabcut, thickness_px)
    cut |= apply_opening(doubtful & ~grabcut, 3)
    added = apply_opening(~found & (probability > SURE_PROBABILITY) & grabcut, thickness_px)
    added = _grow(added, ~found & (probability > 0.5) & grabcut, thickness_px)
    mask = teacher.copy()
    mask[cut], mask[added] = 0, 255
    mask = _remove_specks(mask)
    changed = int(((mask >= 128) != found).sum()) / max(1, int(found.sum()))
    return CleanedMask(mask, mask_iou(mask >= 128, grabcut), changed)
