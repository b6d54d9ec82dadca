"""A drawn picture of a shirt before a backdrop, for timing without a camera."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import cv2
import numpy as np

from device.frame import Frame

# Corners of a T-shirt on a square of side 1: neck, sleeve, armpit, hem, and back up.
_SHIRT = (
    *((0.42, 0.18), (0.30, 0.22), (0.16, 0.42), (0.26, 0.48), (0.32, 0.40), (0.32, 0.84)),
    *((0.68, 0.84), (0.68, 0.40), (0.74, 0.48), (0.84, 0.42), (0.70, 0.22), (0.58, 0.18)),
)


def drawn_frame(width_px: int, height_px: int) -> Frame:
    """A blue shirt on light grey, with a sensor's noise so that it compresses like a photo."""
    side = min(width_px, height_px)
    origin = np.array([width_px - side, height_px - side]) / 2
    shirt = np.round(np.array(_SHIRT) * side + origin).astype(np.int32)
    pixels = np.full((height_px, width_px, 3), (214, 212, 208), np.uint8)
    cv2.fillPoly(pixels, [shirt], (62, 84, 140), lineType=cv2.LINE_AA)
    noise = np.random.default_rng(0).integers(-4, 5, pixels.shape, dtype=np.int16)
    return Frame(
        pixels=np.clip(pixels + noise, 0, 255).astype(np.uint8),
        colour_order="RGB",
        captured_at=datetime.now(timezone.utc),
        monotonic_s=time.monotonic(),
        sequence=0,
        source="drawn",
    )
