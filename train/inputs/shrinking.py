"""Shrinking before a warp: `cv2.warpAffine` has no area filter of its own.

It silently takes ``INTER_AREA`` for ``INTER_LINEAR``, and then fine weave aliases.
"""

from __future__ import annotations

import cv2
import numpy as np

from train.arrays import Float64Array, UInt8Array


def shrink_for_warp(
    picture: UInt8Array, mask: UInt8Array, matrix: Float64Array, scale: float
) -> tuple[UInt8Array, UInt8Array, Float64Array]:
    """Shrink a picture and its mask by area, and fit the matrix of the warp that follows.

    Args:
        picture: uint8 (height, width, 3).
        mask: uint8 (height, width).
        matrix: float64 (2, 3), from pixels of the picture to those of the result.
        scale: by how much to shrink, below 1.

    Returns:
        The smaller picture and mask, and the matrix from their pixels to those of the result.
    """
    height, width = mask.shape
    size = max(1, round(width * scale)), max(1, round(height * scale))
    rescale = np.array([width, height]) / np.array(size)
    fitted = matrix.copy()
    # A pixel index maps as (i + 0.5) * rescale - 0.5, centre on centre.
    fitted[:, 2] += matrix[:, :2] @ (0.5 * rescale - 0.5)
    fitted[:, :2] *= rescale
    small, small_mask = (
        np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), np.uint8)
        for each in (picture, mask)
    )
    return small, small_mask, fitted
