"""Pictures for browsers: the frame and, below it in the same JPEG, its mask."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.pyramid import ImagePyramid
from device.imaging.thumbnail import shrink
from device.pipeline.cutout import Cutout

_QUALITY = 82
SHOT_PX = 960
"""The longer side of what a browser gets."""


def shrink_cutout(cutout: Cutout, longest_px: int) -> tuple[Frame, UInt8Array]:
    """Return frame and alpha of a cutout with the longer side at most ``longest_px``.

    Args:
        cutout: frame and mask.
        longest_px: never enlarged to it.

    Returns:
        The frame, and its alpha: uint8 of the same height and width.
    """
    return shrink_pair(cutout.frame, cutout.mask.alpha, longest_px)


def shrink_pair(frame: Frame, alpha: UInt8Array, longest_px: int) -> tuple[Frame, UInt8Array]:
    """Return a frame and its alpha, likewise."""
    small = shrink(frame, longest_px)
    if alpha.shape != (small.height_px, small.width_px):
        alpha = ImagePyramid(alpha).resize(small.width_px, small.height_px)
    return small, alpha


def encode_pair(frame: Frame, alpha: UInt8Array) -> bytes:
    """Return one JPEG with the frame above its mask.

    One encoding serves every viewer and everything that a viewer wants to see: mask drawn in,
    cutout on any background, plain frame. The browser puts them together.

    Args:
        frame: the picture.
        alpha: its mask, uint8 of the same height and width.
    """
    height_px, width_px = alpha.shape
    both = np.empty((2 * height_px, width_px, 3), np.uint8)
    if frame.colour_order == "RGB":
        cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2BGR, dst=both[:height_px])
    else:
        both[:height_px] = frame.pixels
    cv2.cvtColor(alpha, cv2.COLOR_GRAY2BGR, dst=both[height_px:])
    _, data = cv2.imencode(".jpg", both, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return data.tobytes()


def read_pair(file: Path, longest_px: int = SHOT_PX) -> bytes | None:
    """Return `encode_pair` of a cutout's file, PNG or WebP; None where it cannot be read."""
    try:
        data = np.frombuffer(file.read_bytes(), np.uint8)
    except OSError:  # It was delivered and deleted meanwhile.
        return None
    pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 3:
        return None
    scale = min(1.0, longest_px / max(pixels.shape[:2]))
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    alpha = np.full(small.shape[:2], 255, np.uint8) if small.shape[2] == 3 else small[:, :, 3]
    now = datetime.now(timezone.utc)
    frame = Frame(np.ascontiguousarray(small[:, :, :3]), "BGR", now, 0.0, 0, file.name)
    return encode_pair(frame, np.ascontiguousarray(alpha))
