"""Bring a coarse mask's outline to the picture's own edges, and touch nothing else.

The network's outline is off by a few pixels, since it sees the picture small. In a narrow band
around it GrabCut follows the colours; its cut and the network's logits are added, and a guided
filter (He, Sun & Tang, ECCV 2010; the fast form of 2015) carries the sum to full resolution
along the picture's edges.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array
from train.pseudolabel.grabcut import depth_px, run_grabcut, shrink

LONG_SIDE_PX = 512
BAND_SHARE = 0.01  # of the diagonal, to each side of the outline
ROUNDS = 2
LOGIT_LIMIT = 4.0
CUT_WEIGHT = 1.5  # logits that GrabCut's word is worth, either way
GUIDE_RADIUS_PX = 8
GUIDE_EPSILON = 3e-4  # variance of an edge, of values 0 to 1, that counts as one


def _guide_coefficients(
    guide: Float32Array, wanted: Float32Array
) -> tuple[Float32Array, Float32Array]:
    """Fit ``wanted`` as a local linear function of the guide's three colours."""

    def mean(values: Float32Array) -> Float32Array:
        side = 2 * GUIDE_RADIUS_PX + 1
        return np.asarray(cv2.blur(values, (side, side)), np.float32)

    guide_mean, wanted_mean = mean(guide), mean(wanted)
    covariance = mean(guide * wanted[..., None]) - guide_mean * wanted_mean[..., None]
    variance = np.empty((*wanted.shape, 3, 3), np.float32)
    for row in range(3):
        for column in range(row, 3):
            value = mean(guide[..., row] * guide[..., column])
            value -= guide_mean[..., row] * guide_mean[..., column]
            variance[..., row, column] = variance[..., column, row] = value
    variance += GUIDE_EPSILON * np.eye(3, dtype=np.float32)
    slope = np.linalg.solve(variance, covariance[..., None])[..., 0]
    offset = wanted_mean - (slope * guide_mean).sum(-1)
    return mean(slope), mean(offset)


def _cut_in_band(small: UInt8Array, logits: Float32Array) -> BoolArray:
    """Let GrabCut decide near the outline; farther off the network's word is fixed."""
    inside = logits > 0
    band_px = max(2.0, BAND_SHARE * math.hypot(*logits.shape))
    trimap = np.where(inside, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[depth_px(inside) > band_px] = cv2.GC_FGD
    trimap[depth_px(~inside) > band_px] = cv2.GC_BGD
    cut = run_grabcut(small, trimap, ROUNDS)
    return inside if cut is None else cut


def follow_edges(picture: UInt8Array, logits: Float32Array) -> UInt8Array:
    """Refine a mask along the picture's edges.

    Args:
        picture: uint8 (height, width, 3), RGB.
        logits: of garment, float32 (height, width); above 0 is garment.

    Returns:
        Mask: uint8 (height, width), 0 or 255.
    """
    size = shrink(logits.shape, LONG_SIDE_PX)
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    clipped = np.clip(logits, -LOGIT_LIMIT, LOGIT_LIMIT)
    coarse = np.asarray(cv2.resize(clipped, size, interpolation=cv2.INTER_AREA), np.float32)
    cut = _cut_in_band(small, coarse)
    wanted = coarse + np.where(cut, CUT_WEIGHT, -CUT_WEIGHT).astype(np.float32)
    slope, offset = _guide_coefficients(small.astype(np.float32) / 255, wanted)
    height, width = logits.shape
    wide_slope = cv2.resize(slope, (width, height), interpolation=cv2.INTER_LINEAR)
    wide_offset = cv2.resize(offset, (width, height), interpolation=cv2.INTER_LINEAR)
    refined = (wide_slope * (picture.astype(np.float32) / 255)).sum(-1) + wide_offset
    # Where the picture is flat the filter blurs: far from the outline nothing may change.
    far = np.abs(clipped) >= LOGIT_LIMIT
    return np.where(np.where(far, logits, refined) > 0, 255, 0).astype(np.uint8)
