"""What a decoder gets to see of a frame: upright, and turned by half a right angle."""

from __future__ import annotations

import math

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.thumbnail import shrink

# A frame of 1080p as it is: bars two pixels wide are lost when it is made smaller.
UPRIGHT_PX = 1920
# Turned, the picture's corners take as much again: smaller, it takes about the same time.
TURNED_PX = 1280
# zxing-cpp reads bars along rows and columns. Halfway between, it reads those that are tilted.
_TURN_DEGREES = 45.0


def view_upright(frame: Frame) -> UInt8Array:
    """Return the frame in grey, uint8 (height, width), its longer side at most `UPRIGHT_PX`."""
    return _to_grey(shrink(frame, UPRIGHT_PX))


def view_turned(frame: Frame) -> UInt8Array:
    """Return the frame in grey, turned by 45 degrees, before grey corners.

    Returns:
        uint8 (height, width); the frame in it is as large as `TURNED_PX` allows.
    """
    grey = _to_grey(shrink(frame, TURNED_PX))
    height, width = grey.shape
    side = math.ceil((height + width) * math.sin(math.radians(_TURN_DEGREES)))
    turn = np.asarray(
        cv2.getRotationMatrix2D((width / 2, height / 2), _TURN_DEGREES, 1.0), dtype=np.float64
    )
    turn[:, 2] += ((side - width) / 2, (side - height) / 2)
    turned = cv2.warpAffine(grey, turn, (side, side), flags=cv2.INTER_LINEAR, borderValue=(128,))
    return np.asarray(turned, dtype=np.uint8)


def _to_grey(frame: Frame) -> UInt8Array:
    order = cv2.COLOR_RGB2GRAY if frame.colour_order == "RGB" else cv2.COLOR_BGR2GRAY
    return np.asarray(cv2.cvtColor(frame.pixels, order), dtype=np.uint8)
