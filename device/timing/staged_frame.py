"""A picture of a dressed form in a studio, for timing without a camera."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from pathlib import Path

import cv2
import numpy as np

from device.cameras.opencv_capture import open_film
from device.errors import UsageError
from device.imaging.frame import Frame

_CLIP = Path(__file__).parents[1] / "demo" / "clip.mp4"
_FRAME = 84
"""Of the jacket: long sleeves, an open collar, no print."""
_NOISE_LEVELS = 4


def stage_frame(width_px: int, height_px: int) -> Frame:
    """The bundled clip's jacket as a larger camera would see it.

    The clip's picture fills the height or the width, its backdrop goes on to the sides, and a
    sensor's noise lies on all of it, so that it packs like a photo.

    Raises:
        UsageError: the clip cannot be read.
    """
    clip = open_film(str(_CLIP))
    clip.set(cv2.CAP_PROP_POS_FRAMES, _FRAME)
    found, picture = clip.read()
    clip.release()
    if not found:
        raise UsageError(f"{_CLIP} cannot be read: install again, or name a picture with --image")
    scale = min(width_px / picture.shape[1], height_px / picture.shape[0])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(picture, size, interpolation=method)
    above, left = (height_px - size[1]) // 2, (width_px - size[0]) // 2
    sides = (above, height_px - size[1] - above, left, width_px - size[0] - left)
    whole = cv2.copyMakeBorder(scaled, *sides, cv2.BORDER_REPLICATE)
    # In bytes: the bench tells how much memory was in use, and this would be most of it.
    noise = np.random.default_rng(0).integers(0, 2 * _NOISE_LEVELS + 1, whole.shape, np.uint8)
    noisy = np.maximum(cv2.add(whole, noise), np.uint8(_NOISE_LEVELS)) - np.uint8(_NOISE_LEVELS)
    return Frame(
        pixels=np.asarray(noisy, dtype=np.uint8),
        colour_order="BGR",
        captured_at=datetime.now(timezone.utc),
        monotonic_s=time.monotonic(),
        sequence=0,
        source="staged",
    )
