"""Snap a coarse mask's outline to the edges in the picture.

The network sees a reduced picture, so its outline is off by a few pixels. In a narrow band around
the outline GrabCut segments by colour. Its result is added to the network's logits, and a guided
filter (He, Sun & Tang, ECCV 2010; fast guided filter, 2015) upsamples the sum to full resolution
along the picture's edges.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array
from train.pseudolabel.grabcut import distance_transform, limit_size, run_grabcut

LONG_SIDE_PX = 512
BAND_SHARE = 0.01  # of the diagonal, to each side of the outline
ROUNDS = 2  # GrabCut iterations
LOGIT_LIMIT = 4.0  # logits are clipped to it: beyond it the network is sure
GRABCUT_LOGIT = 1.5  # added to the logits where GrabCut says garment, subtracted elsewhere
GUIDE_RADIUS_PX = 8
GUIDE_EPSILON = 3e-4  # variance, of values 0 to 1, above which the guide has an edge


def _fit_guided_filter(
    guide: Float32Array, wanted: Float32Array
) -> tuple[Float32Array, Float32Array]:
    """Fit ``wanted`` as a local linear function of the guide's three colours.

    Returns:
        Smoothed slope, float32 (height, width, 3), and offset, float32 (height, width).
    """

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


def _segment_band(small: UInt8Array, logits: Float32Array) -> BoolArray:
    """Segment a band around the outline by GrabCut; outside the band the logits decide."""
    inside = logits > 0
    band_px = max(2.0, BAND_SHARE * math.hypot(*logits.shape))
    trimap = np.where(inside, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[distance_transform(inside) > band_px] = cv2.GC_FGD
    trimap[distance_transform(~inside) > band_px] = cv2.GC_BGD
    segmented = run_grabcut(small, trimap, ROUNDS)
    return inside if segmented is None else segmented


def snap_to_edges(picture: UInt8Array, logits: Float32Array) -> UInt8Array:
    """Refine a mask along the picture's edges.

    Args:
        picture: uint8 (height, width, 3), RGB.
        logits: garment logits, float32 (height, width); above 0 is garment.

    Returns:
        The mask, uint8 (height, width), 0 or 255.
    """
    size = limit_size(logits.shape, LONG_SIDE_PX)
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    clipped = np.clip(logits, -LOGIT_LIMIT, LOGIT_LIMIT)
    coarse = np.asarray(cv2.resize(clipped, size, interpolation=cv2.INTER_AREA), np.float32)
    segmented = _segment_band(small, coarse)
    wanted = coarse + np.where(segmented, GRABCUT_LOGIT, -GRABCUT_LOGIT).astype(np.float32)
    slope, offset = _fit_guided_filter(small.astype(np.float32) / 255, wanted)
    height, width = logits.shape
    wide_slope = cv2.resize(slope, (width, height), interpolation=cv2.INTER_LINEAR)
    wide_offset = cv2.resize(offset, (width, height), interpolation=cv2.INTER_LINEAR)
    refined = (wide_slope * (picture.astype(np.float32) / 255)).sum(-1) + wide_offset
    # The filter blurs flat regions, so far from the outline the logits stay.
    far = np.abs(clipped) >= LOGIT_LIMIT
    return np.where(np.where(far, logits, refined) > 0, 255, 0).astype(np.uint8)
