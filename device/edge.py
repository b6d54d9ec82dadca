"""Moving the mask's edge from the model's coarse cells onto the edge that the picture shows."""

from __future__ import annotations

import cv2
import numpy as np

from device.frame import Float32Array, Frame, UInt8Array

# Measured on 71 held-out street photos and 34 flat-lays with an int8 model of 256×256: garment
# IoU rises by 0.016–0.019 and the boundary F-score at a 0.25% tolerance from 0.17 to 0.38 and
# from 0.25 to 0.54. A third pass, colour instead of grey and a finer grid gained less than they
# cost.
COARSE_CELLS, COARSE_STEEPNESS = 2.0, 4.0
FINE_CELLS, FINE_STEEPNESS = 1.0, 2.5
SMOOTHNESS = 1e-3
"""Variance of brightness (0 to 1) below which the picture has no edge to follow."""


def snap_to_edges(
    alpha: UInt8Array, picture: UInt8Array, frame: Frame, *, stride: int
) -> UInt8Array:
    """Carry a small alpha to the frame's size along the frame's own edges.

    Two guided filters (He, Sun and Tang, "Guided Image Filtering", 2013), a wide one that finds
    the edge and a narrow one that settles on it. Their linear models are computed on the small
    picture and applied to the frame (the "fast guided filter"). Where the small alpha is 0 or
    255 all around, it stays so.

    Args:
        alpha: uint8, shape (height, width) of ``picture``.
        picture: the frame as the model saw it, without the letterbox's fill, uint8 grey,
            shape (height, width).
        frame: the frame itself.
        stride: pixels of ``picture`` for each of the model's cells.

    Returns:
        uint8, shape (height, width) of the frame; 128 and more is garment.
    """
    size = (frame.width_px, frame.height_px)
    if alpha.min() == alpha.max():
        return np.full((frame.height_px, frame.width_px), alpha.flat[0], np.uint8)
    guide = picture.astype(np.float32) / 255
    slope, offset = _guided(guide, alpha.astype(np.float32) / 255, COARSE_CELLS * stride)
    found = np.clip((slope * guide + offset - 0.5) * COARSE_STEEPNESS + 0.5, 0, 1)
    slope, offset = _guided(guide, found, FINE_CELLS * stride)
    # Steepness and the step to 0..255 are folded in while the fields are small.
    slope *= FINE_STEEPNESS
    offset = ((offset - 0.5) * FINE_STEEPNESS + 0.5) * 255
    grey = cv2.cvtColor(frame.pixels, GREY_FROM[frame.colour_order])
    product = cv2.multiply(cv2.resize(slope, size), grey, dtype=cv2.CV_32F)
    return np.asarray(cv2.add(product, cv2.resize(offset, size), dtype=cv2.CV_8U), dtype=np.uint8)


GREY_FROM = {"RGB": cv2.COLOR_RGB2GRAY, "BGR": cv2.COLOR_BGR2GRAY}
"""OpenCV's conversion to grey for each colour order."""


def _guided(
    guide: Float32Array, target: Float32Array, radius: float
) -> tuple[Float32Array, Float32Array]:
    """The linear model ``slope * guide + offset`` that best fits ``target`` around each pixel."""
    side = 2 * round(radius) + 1

    def mean(values: Float32Array) -> Float32Array:
        return np.asarray(cv2.boxFilter(values, cv2.CV_32F, (side, side)), dtype=np.float32)

    guide_mean, target_mean = mean(guide), mean(target)
    variance = mean(guide * guide) - guide_mean * guide_mean
    covariance = mean(guide * target) - guide_mean * target_mean
    slope = covariance / (variance + SMOOTHNESS)
    return mean(slope), mean(target_mean - slope * guide_mean)
