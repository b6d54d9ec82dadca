"""Draws a preview: the garment as it is, the rest tinted."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.pyramid import ImagePyramid
from device.imaging.thumbnail import shrink
from device.pipeline.cutout import Cutout
from device.preview.caption import Caption, draw_caption

_NOTHING = Caption()
_TINT = (96, 32, 96)
"""Blue, green and red of what everything but the garment is tinted with."""
_TINT_SHARE = 0.7
"""Strong enough to see at a glance, weak enough to see the set through it."""


def encode_preview(
    cutout: Cutout, *, longest_px: int = 640, quality: int = 80, caption: Caption = _NOTHING
) -> bytes:
    """Draw a small JPEG for people: the frame with everything but the garment tinted.

    Args:
        cutout: frame and mask.
        longest_px: the longer side is shrunk to this, never enlarged.
        quality: JPEG quality, 1 to 100.
        caption: what is written into it.

    Returns:
        The file's bytes.
    """
    small = shrink(cutout.frame, longest_px)
    picture, alpha = small.pixels, cutout.mask.alpha
    if picture.shape[:2] != alpha.shape:
        alpha = ImagePyramid(alpha).resize(*picture.shape[1::-1])
    if small.colour_order == "RGB":
        picture = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), dtype=np.uint8)
    drawn = cv2.addWeighted(picture, 1 - _TINT_SHARE, _tint(picture.shape), _TINT_SHARE, 0)
    _, garment = cv2.threshold(alpha, 127, 255, cv2.THRESH_BINARY)
    cv2.copyTo(picture, garment, drawn)
    # The line hides that the mask's edge is drawn hard.
    edges, _ = cv2.findContours(garment, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(drawn, edges, -1, (80, 255, 80), 1, cv2.LINE_AA)
    draw_caption(np.asarray(drawn, dtype=np.uint8), caption)
    _, data = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


@lru_cache(maxsize=4)
def _tint(shape: tuple[int, ...]) -> UInt8Array:
    """Return a picture of nothing but the tint; `cv2.add` would leak four objects a call."""
    return np.full(shape, _TINT, np.uint8)
