"""Error of edge colours: how much of the backdrop shows through the garment's edge."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from device.imaging.arrays import Float32Array, UInt8Array

BACKDROPS = ((255, 255, 255), (0, 0, 0), (255, 0, 255))
_SOFT = (0.004, 0.996)
_PURE = 0.999
_BAND_PX = 3


def spread_pure_colours(pixels: UInt8Array, alpha: Float32Array) -> Float32Array:
    """Return, for each pixel, the colour of the nearest one that is garment and nothing else.

    Args:
        pixels: uint8, shape (height, width, 3).
        alpha: float32, shape (height, width), the true one, 0 to 1.

    Returns:
        float32, shape (height, width, 3); in the edge it is taken for the garment's own colour.
    """
    pure = cv2.erode((alpha >= _PURE).astype(np.uint8), np.ones((3, 3), np.uint8))
    _, labels = cv2.distanceTransformWithLabels(
        np.asarray(1 - pure, dtype=np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    where = np.flatnonzero(pure)
    source = np.zeros(int(labels.max()) + 1, np.intp)
    source[labels.reshape(-1)[where]] = where
    return np.asarray(pixels.reshape(-1, 3)[source[labels]], dtype=np.float32)


def measure_colour_error(
    alpha: UInt8Array,
    shown: UInt8Array,
    true_alpha: Float32Array,
    true_colours: Float32Array,
    backdrops: Sequence[tuple[int, int, int]],
) -> float:
    """Return the squared error, of 255 levels, of a cutout on backdrops, around the true soft edge.

    Args:
        alpha: uint8, shape (height, width).
        shown: uint8, shape (height, width, 3), the cutout's colours.
        true_alpha: float32, shape (height, width), 0 to 1.
        true_colours: float32, shape (height, width, 3).
        backdrops: colours; the error is the mean over them.
    """
    soft = ((true_alpha > _SOFT[0]) & (true_alpha < _SOFT[1])).astype(np.uint8)
    side = 2 * _BAND_PX + 1
    band = cv2.dilate(soft, np.ones((side, side), np.uint8)) > 0
    if not band.any():
        return 0.0
    ours, true = alpha[band].astype(np.float32)[:, None] / 255, true_alpha[band][:, None]
    errors = []
    for backdrop in backdrops:
        ground = np.array(backdrop, np.float32)
        composed = ours * shown[band] + (1 - ours) * ground
        wanted = true * true_colours[band] + (1 - true) * ground
        errors.append(float(((composed - wanted) ** 2).mean()))
    return float(np.mean(errors))
