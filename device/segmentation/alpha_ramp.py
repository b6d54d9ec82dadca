"""From logits to alpha: a ramp around the decision."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import Float32Array, UInt8Array

OPAQUE_LOGIT = 2.0
"""Alpha is full from here on at the latest, or folds of which the model is unsure would turn
translucent."""


def measure_edge_logit(cells: Float32Array) -> float:
    """Measure how far the logits rise within half a cell at this picture's garment edge.

    Alpha that goes from 0 to 255 between minus and plus this value makes a ramp of about one
    cell. It is measured for each picture, since a model is surer of some edges than others.

    Args:
        cells: float32, shape (rows, columns), garment logits.

    Returns:
        Above 0, at most `OPAQUE_LOGIT`.
    """
    garment = cells > 0
    down, across = garment[1:] != garment[:-1], garment[:, 1:] != garment[:, :-1]
    steps = [(cells[1:] - cells[:-1])[down], (cells[:, 1:] - cells[:, :-1])[across]]
    crossing = np.abs(np.concatenate(steps))
    if crossing.size == 0:
        return OPAQUE_LOGIT
    return float(np.clip(np.median(crossing) / 2, 1e-3, OPAQUE_LOGIT))


def ramp_alpha(logits: Float32Array, full_logit: float) -> UInt8Array:
    """Return a linear ramp: 0 up to ``-full_logit``, 128 at 0, 255 from ``full_logit`` on.

    Args:
        logits: float32, shape (height, width).
        full_logit: where alpha is full, above 0.

    Returns:
        uint8, shape (height, width).
    """
    slope = 127.5 / full_logit
    alpha = cv2.addWeighted(logits, slope, logits, 0, 127.5, dtype=cv2.CV_8U)
    return np.asarray(alpha, dtype=np.uint8)
