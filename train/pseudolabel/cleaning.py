"""Clean a teacher's mask with two other opinions: a network's and GrabCut's.

A salient-object network finds what stands out, so hangers, hands and price tags come with the
garment. Its outlines are good. So its mask stands, except for parts of which the garment
network says that the teacher is wrong and of which GrabCut says so too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array
from train.pseudolabel.grabcut import SURE, segment_by_grabcut
from train.pseudolabel.network import mask_iou
from train.pseudolabel.thin_parts import doubtful_parts, open_mask, specks

# Thinner differences are a matter of where the outline runs, and there the teacher is better.
LEAST_THICKNESS_SHARE = 0.008  # of the diagonal
SPECK_SHARE = 0.002  # of the mask: smaller islands and holes are noise of the teacher


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A teacher's mask after cleaning.

    Attributes:
        mask: uint8 (height, width), as soft as the teacher's where it was kept.
        grabcut_iou: IoU of the mask with GrabCut's opinion, 0 to 1.
        changed_share: of the teacher's mask that was cut off or added.
    """

    mask: UInt8Array
    grabcut_iou: float
    changed_share: float


def _grown(core: BoolArray, within: BoolArray, reach_px: int) -> BoolArray:
    """Grow parts into what surrounds them, so that no rim is left between old and new."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach_px + 1,) * 2)
    near = cv2.dilate(core.astype(np.uint8), kernel) > 0
    return np.asarray(core | (near & within))


def _without_noise(mask: UInt8Array) -> UInt8Array:
    """Take away specks and close pinholes."""
    garment = mask >= 128
    least_px = SPECK_SHARE * float(garment.sum())
    clean_mask = mask.copy()
    clean_mask[specks(garment, least_px)] = 0
    clean_mask[specks(~garment, least_px)] = 255
    return clean_mask


def clean(picture: UInt8Array, teacher: UInt8Array, probability: Float32Array) -> Cleaned:
    """Clean a teacher's mask.

    Args:
        picture: uint8 (height, width, 3), RGB.
        teacher: uint8 (height, width), 128 and above is what it found.
        probability: of garment by the network, float32 (height, width), 0 to 1.
    """
    found, (height, width) = teacher >= 128, teacher.shape
    soft = teacher.astype(np.float32) / 255
    doubtful = doubtful_parts(picture, found, probability)
    # Sure only where both are; where they differ GrabCut begins with the teacher and is free.
    surest = np.where(found, np.minimum(soft, probability), np.maximum(soft, probability))
    joint = np.where(found == (probability > 0.5), surest, 0.2 + 0.6 * soft)
    # A doubtful part begins outside: only the garment's own colours bring it back.
    joint = np.where(doubtful, 0.2, joint).astype(np.float32)
    opinion = segment_by_grabcut(picture, joint)
    if opinion is None:
        return Cleaned(teacher, 0.0, 0.0)
    colours = cv2.resize(opinion.astype(np.float32), (width, height)) > 0.5
    thickness_px = max(3, round(LEAST_THICKNESS_SHARE * math.hypot(height, width)))
    cut = open_mask(found & (probability < 1 - SURE) & ~colours, thickness_px)
    cut = _grown(cut, found & (probability < 0.5) & ~colours, thickness_px)
    cut |= open_mask(doubtful & ~colours, 3)
    added = open_mask(~found & (probability > SURE) & colours, thickness_px)
    added = _grown(added, ~found & (probability > 0.5) & colours, thickness_px)
    mask = teacher.copy()
    mask[cut], mask[added] = 0, 255
    mask = _without_noise(mask)
    changed = int(((mask >= 128) != found).sum()) / max(1, int(found.sum()))
    return Cleaned(mask, mask_iou(mask >= 128, colours), changed)
