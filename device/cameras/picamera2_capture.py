"""Raspberry Pi cameras through picamera2, which Raspberry Pi OS brings.

No Pi camera was at hand when this was written. What is tested is this file's side of the
contract, against a fake module with picamera2's call signatures; the real library may differ.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import numpy as np

from device.cameras.grabber import GrabbedCamera
from device.errors import UsageError
from device.frame import UInt8Array

OPEN_TIMEOUT_S = 15.0
DEFAULT_SIZE_PX = (1920, 1080)
_SPEC = re.compile(r"picamera2(?::(\d+))?")


class Picamera2Source:
    """A started `Picamera2`; keeps `device.cameras.grabber.LiveSource`."""

    def __init__(self, camera: Any) -> None:  # noqa: ANN401 - the SDK ships no types.
        self._camera = camera

    def grab(self) -> UInt8Array:
        """The next picture in RGB; may hang for ever, which is why the grabber calls it."""
        return np.asarray(self._camera.capture_array("main"), dtype=np.uint8)[:, :, :3]

    def release(self) -> None:
        """Stop and close the camera."""
        self._camera.stop()
        self._camera.close()


def open_picamera2(
    spec: str,
    *,
    width_px: int | None = None,
    height_px: int | None = None,
    fps: float | None = None,
) -> GrabbedCamera:
    """Open a Pi camera.

    Args:
        spec: ``picamera2:0``, the number as `rpicam-hello --list-cameras` shows it.
        width_px: picture width, 1920 unless told.
        height_px: picture height, 1080 unless told.
        fps: rate, the sensor's own unless told.

    Raises:
        UsageError: picamera2 is not installed, there is no such camera, or it does not start.
    """
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise UsageError(f"camera {spec} is not a Pi camera: give picamera2:0")
    number = int(match.group(1) or 0)
    size = (width_px or DEFAULT_SIZE_PX[0], height_px or DEFAULT_SIZE_PX[1])
    return GrabbedCamera(
        lambda: _start(number, size, fps),
        name=f"picamera2:{number}",
        colour_order="RGB",
        open_timeout_s=OPEN_TIMEOUT_S,
    )


def _start(number: int, size: tuple[int, int], fps: float | None) -> Picamera2Source:
    try:
        sdk = import_module("picamera2")
    except ImportError:
        raise UsageError(
            "picamera2 is not installed: `sudo apt install python3-picamera2` and make the venv "
            "with --system-site-packages"
        ) from None
    found = len(sdk.Picamera2.global_camera_info())
    if number >= found:
        raise UsageError(
            f"there is no camera picamera2:{number}, the system sees {found}: check its ribbon "
            "cable and `rpicam-hello --list-cameras`"
        )
    camera = sdk.Picamera2(number)
    # libcamera names formats by their order in a little-endian word: BGR888 is RGB in memory.
    # queue=False: a request gets a picture exposed after it, never one that waited.
    configuration = camera.create_video_configuration(
        main={"size": size, "format": "BGR888"},
        controls={"FrameRate": fps} if fps else {},
        queue=False,
    )
    camera.configure(configuration)
    camera.start()
    return Picamera2Source(camera)
