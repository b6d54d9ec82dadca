"""GrabCut as second opinion: colours alone, given only the cores of what a proposal is sure of.

GrabCut (Rother, Kolmogorov & Blake, SIGGRAPH 2004) fits colours inside and outside and cuts
where neighbouring pixels differ. It knows nothing of clothes, so where it comes to the same
outline as a network the outline is probably one of the picture.
"""

from __future__ import annotations

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array

LONG_SIDE_PX = 256
SURE = 0.9  # probability above which a pixel counts as sure, and below 1 - SURE as sure outside
# Only what lies so deep inside (or outside) is given; nearer the outline GrabCut is free.
CORE_DEPTH_SHARE = 0.045  # of the long side
ROUNDS = 3


def shrink(shape: tuple[int, ...], long_side_px: int) -> tuple[int, int]:
    """Shrink a shape (height, width, …) to a long side; small ones stay as they are.

    Returns:
        (width, height), as OpenCV wants it.
    """
    height, width = shape[:2]
    scale = min(1.0, long_side_px / max(height, width))
    return max(1, round(width * scale)), max(1, round(height * scale))


def depth_px(inside: BoolArray) -> Float32Array:
    """Distance of each pixel to the nearest outside; 0 there. The picture's frame is no edge."""
    return np.asarray(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def run_grabcut(picture: UInt8Array, trimap: UInt8Array, rounds: int) -> BoolArray | None:
    """Run GrabCut from a trimap of OpenCV's ``GC_`` values, the same way every time.

    Returns:
        What it calls foreground, or None where the trimap leaves it no foreground or no
        background to learn from.
    """
    foreground = (trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD)
    if foreground.all() or not foreground.any():
        return None
    # Its colour clusters start at random places.
    cv2.setRNGSeed(1)
    cut = trimap.copy()
    outside, inside = np.zeros((1, 65)), np.zeros((1, 65))
    whole = (0, 0, picture.shape[1], picture.shape[0])  # ignored when a trimap is given
    cv2.grabCut(picture, cut, whole, outside, inside, rounds, cv2.GC_INIT_WITH_MASK)
    return np.asarray((cut == cv2.GC_FGD) | (cut == cv2.GC_PR_FGD))


def segment_by_grabcut(picture: UInt8Array, probability: Float32Array) -> BoolArray | None:
    """Ask GrabCut for the outline of what a proposal means.

    Args:
        picture: uint8 (height, width, 3), RGB.
        probability: of garment, float32 (height, width), 0 to 1.

    Returns:
        Its mask at reduced size, long side at most 256 pixels; None where the proposal is all
        garment or all background.
    """
    size = shrink(probability.shape, LONG_SIDE_PX)
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    chance = cv2.resize(probability, size, interpolation=cv2.INTER_AREA)
    core_px = CORE_DEPTH_SHARE * max(size)
    trimap = np.where(chance > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[depth_px(chance > SURE) > core_px] = cv2.GC_FGD
    trimap[depth_px(chance < 1 - SURE) > core_px] = cv2.GC_BGD
    return run_grabcut(small, trimap, ROUNDS)
