"""GrabCut as an independent check of a proposed mask.

GrabCut (Rother, Kolmogorov & Blake, SIGGRAPH 2004) fits the colours inside and outside and cuts
where neighbouring pixels differ. It knows nothing about clothes, so an outline on which it agrees
with a network is probably an edge in the picture. It is given only the core of the regions about
which the proposal is sure.
"""

from __future__ import annotations

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array

LONG_SIDE_PX = 256
SURE_PROBABILITY = 0.9  # above it a pixel is surely garment, below 1 - 0.9 surely background
# Pixels deeper than this inside (or outside) are fixed; nearer the outline GrabCut decides.
CORE_DEPTH_SHARE = 0.045  # of the long side
ROUNDS = 3  # GrabCut iterations


def limit_size(shape: tuple[int, ...], long_side_px: int) -> tuple[int, int]:
    """Return the size of a shape (height, width, …) after limiting its long side.

    Returns:
        (width, height) in pixels, in OpenCV's order.
    """
    height, width = shape[:2]
    scale = min(1.0, long_side_px / max(height, width))
    return max(1, round(width * scale)), max(1, round(height * scale))


def distance_transform(inside: BoolArray) -> Float32Array:
    """Return each pixel's distance in pixels to the nearest one outside; the border is no edge."""
    return np.asarray(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def run_grabcut(picture: UInt8Array, trimap: UInt8Array, rounds: int) -> BoolArray | None:
    """Run GrabCut from a trimap of OpenCV's ``GC_`` values; the result is reproducible.

    Returns:
        The foreground, bool (height, width), or None if the trimap has no foreground or no
        background to learn from.
    """
    foreground = (trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD)
    if foreground.all() or not foreground.any():
        return None
    # GrabCut initialises its colour clusters at random.
    cv2.setRNGSeed(1)
    labels = trimap.copy()
    background_model, foreground_model = np.zeros((1, 65)), np.zeros((1, 65))
    whole = (0, 0, picture.shape[1], picture.shape[0])  # ignored with a trimap
    cv2.grabCut(
        picture, labels, whole, background_model, foreground_model, rounds, cv2.GC_INIT_WITH_MASK
    )
    return np.asarray((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))


def segment_by_grabcut(picture: UInt8Array, probability: Float32Array) -> BoolArray | None:
    """Segment a garment by GrabCut, starting from a proposal.

    Args:
        picture: uint8 (height, width, 3), RGB.
        probability: probability of garment, float32 (height, width), 0 to 1.

    Returns:
        The mask, bool, reduced to a long side of at most 256 pixels; None if the proposal is
        all garment or all background.
    """
    size = limit_size(probability.shape, LONG_SIDE_PX)
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    reduced = cv2.resize(probability, size, interpolation=cv2.INTER_AREA)
    core_px = CORE_DEPTH_SHARE * max(size)
    trimap = np.where(reduced > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[distance_transform(reduced > SURE_PROBABILITY) > core_px] = cv2.GC_FGD
    trimap[distance_transform(reduced < 1 - SURE_PROBABILITY) > core_px] = cv2.GC_BGD
    return run_grabcut(small, trimap, ROUNDS)
