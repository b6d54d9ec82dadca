"""Pictures for browsers: the frame and, below it in the same JPEG, its mask."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.pyramid import ImagePyramid
from device.imaging.thumbnail import shrink
from device.pipeline.cutout import Cutout

_QUALITY = 82


def shrink_cutout(cutout: Cutout, longest_px: int) -> tuple[Frame, UInt8Array]:
    """Return frame and alpha of a cutout with the longer side at most ``longest_px``.

    Args:
        cutout: frame and mask.
        longest_px: never enlarged to it.

    Returns:
        The frame, and its alpha: uint8 of the same height and width.
    """
    small = shrink(cutout.frame, longest_px)
    alpha = cutout.mask.alpha
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
