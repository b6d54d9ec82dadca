"""What is compared: OpenCV as the rig used it before, and zxing-cpp in the rig's own ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from device.capture.code_reader import Decoder
from device.capture.opencv_decoder import OpencvDecoder
from device.capture.scan_views import TURNED_PX, UPRIGHT_PX, view_turned, view_upright
from device.capture.zxing_decoder import ZxingDecoder
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.thumbnail import shrink

# From a frame to the texts of all codes that a scan finds.
Scan = Callable[[Frame], list[str]]

OPENCV = f"OpenCV, upright at {TURNED_PX} px"
ZXING_SMALL = f"zxing-cpp, upright at {TURNED_PX} px"
ZXING_UPRIGHT = f"zxing-cpp, upright at {UPRIGHT_PX} px"
ZXING_TURNED = f"zxing-cpp, turned at {TURNED_PX} px"
ZXING_BOTH = "zxing-cpp, both of these in turn"


def open_decoder(name: str) -> Decoder:
    """Open the library of a scan by its name.

    Raises:
        ImportError: it is not installed.
    """
    return OpencvDecoder() if name == OPENCV else ZxingDecoder()


def open_scans() -> Mapping[str, Scan]:
    """Return every scan by name.

    Raises:
        ImportError: zxing-cpp is not installed.
    """
    opencv, zxing = open_decoder(OPENCV), open_decoder(ZXING_UPRIGHT)
    return {
        OPENCV: lambda frame: opencv.decode(_view_small(frame)),
        ZXING_SMALL: lambda frame: zxing.decode(_view_small(frame)),
        ZXING_UPRIGHT: lambda frame: zxing.decode(view_upright(frame)),
        ZXING_TURNED: lambda frame: zxing.decode(view_turned(frame)),
    }


def _view_small(frame: Frame) -> UInt8Array:
    pixels = shrink(frame, TURNED_PX).pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
