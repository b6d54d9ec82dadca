"""Motion JPEG from the network, decoded here: each picture has the size that it comes with."""

from __future__ import annotations

import cv2
import numpy as np

from device.cameras.camera import CameraLostError
from device.imaging.arrays import UInt8Array
from device.imaging.damage import decode_jpeg_frame

_RAW = -1
"""Value of CAP_PROP_FORMAT by which FFmpeg's packets come undecoded."""
_MOST_TORN = 100
"""So many pictures in a row that cannot be decoded are no stream."""


class MjpegSource:
    """An open `cv2.VideoCapture` of a motion JPEG stream; keeps `grabber.LiveSource`.

    OpenCV decodes a film at the size of its first picture: when a phone is turned, or a camera set
    to another size, later ones come out squashed, or the last one again and again.
    """

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture

    def grab(self) -> UInt8Array:
        """Return the next picture that is whole, in BGR; see `LiveSource.grab`."""
        for _ in range(_MOST_TORN):
            arrived, data = self._capture.read()
            if not arrived or data is None:
                raise CameraLostError("it ended or stopped answering")
            picture = decode_jpeg_frame(np.asarray(data, dtype=np.uint8).ravel())
            if picture is not None:
                return picture
        raise CameraLostError(f"the last {_MOST_TORN} pictures were all damaged: check its network")

    def release(self) -> None:
        """Close the capture."""
        self._capture.release()


def take_packets(capture: cv2.VideoCapture) -> bool:
    """Let a capture hand out its pictures as JPEG; False where it has others."""
    fourcc = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little", signed=True)
    return fourcc in (b"MJPG", b"mjpg") and capture.set(cv2.CAP_PROP_FORMAT, _RAW)
