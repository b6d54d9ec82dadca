"""Cameras through OpenCV: V4L2 devices, and network streams through its FFmpeg."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from device.cameras.camera import CameraLostError, CameraRepeatsError
from device.cameras.grabber import LiveSource, ThreadedCamera
from device.cameras.mjpeg_source import MjpegSource, take_packets
from device.cameras.repetition import REPEATS_S, Repetition
from device.errors import UsageError
from device.imaging.arrays import UInt8Array
from device.settings.camera import AS_THEY_ARE, CameraSettings
from device.settings.camera_spec import CameraSpec, parse_camera

OPEN_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 10.0
_FOURCC = {"mjpeg": "MJPG", "yuyv": "YUYV"}
_LOG_LEVEL_SILENT = 0  # cv::utils::logging::LogLevel


class OpenCvSource:
    """An open `cv2.VideoCapture`; keeps `device.cameras.grabber.LiveSource`."""

    def __init__(self, capture: cv2.VideoCapture, device: Path | None = None) -> None:
        self._capture = capture
        self._device = device
        self._repetition = Repetition()

    def grab(self) -> UInt8Array:
        """Return the next picture in BGR; see `LiveSource.grab`."""
        arrived, pixels = self._capture.read()
        # V4L2 in OpenCV can go on repeating the last picture after an unplug: ask the system.
        if self._device is not None and not self._device.exists():
            raise CameraLostError(f"{self._device} is gone: plug it in again")
        if not arrived or pixels is None:
            raise CameraLostError("it ended or stopped answering")
        picture = np.asarray(pixels, dtype=np.uint8)
        if self._device is not None and self._repetition.is_repeating(picture, time.monotonic()):
            raise CameraRepeatsError(
                f"{self._device} has repeated the same picture for {REPEATS_S:g} s: check its cable"
            )
        return picture

    def release(self) -> None:
        """Close the capture."""
        self._capture.release()


def open_device(spec: CameraSpec, settings: CameraSettings = AS_THEY_ARE) -> ThreadedCamera:
    """Open a camera that the system drives.

    Args:
        spec: of the kind ``device``.
        settings: what to ask of it; the driver takes the nearest it has.

    Raises:
        UsageError: there is no such device, or it gives no picture.
    """
    name = spec.name
    on_linux = sys.platform == "linux"
    device = Path(name) if on_linux else None
    if device is not None and not device.exists():
        raise UsageError(
            f"there is no camera {name}: plug it in, or see `ls /dev/video* /dev/v4l/by-id`"
        )

    def open_source() -> OpenCvSource:
        silence_opencv()
        capture = cv2.VideoCapture(find_node(spec), cv2.CAP_V4L2 if on_linux else cv2.CAP_ANY)
        if not capture.isOpened():
            raise UsageError(
                f"camera {name} does not open: check that no other program uses it, that this user"
                " is in the group video, and of several names of one camera take the one that ends"
                " in index0"
            )
        configure(capture, settings)
        return OpenCvSource(capture, device)

    return ThreadedCamera(open_source, name=name, colour_order="BGR", open_timeout_s=OPEN_TIMEOUT_S)


def find_node(spec: CameraSpec) -> int | str:
    """Return what OpenCV opens a device by: where a lasting name leads now, which may change."""
    if not spec.address.startswith("/"):
        return spec.number
    node = os.path.realpath(spec.address)
    found = parse_camera(node)
    return found.number if found.kind == "device" and found.address.isdecimal() else node


def configure(capture: cv2.VideoCapture, settings: CameraSettings) -> None:
    """Ask a device for the settings; the format goes first, as the sizes depend on it."""
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*_FOURCC[settings.format]))
    for setting, value in (
        (cv2.CAP_PROP_FRAME_WIDTH, settings.width_px),
        (cv2.CAP_PROP_FRAME_HEIGHT, settings.height_px),
        (cv2.CAP_PROP_FPS, settings.fps),
    ):
        if value is not None:
            capture.set(setting, value)


def open_stream(
    spec: CameraSpec,
    *,
    open_timeout_s: float = OPEN_TIMEOUT_S,
    read_timeout_s: float = READ_TIMEOUT_S,
) -> ThreadedCamera:
    """Open a network camera.

    Args:
        spec: of the kind ``stream``; its login and query never show up in names or errors.
        open_timeout_s: how long connecting may take.
        read_timeout_s: silence after which FFmpeg gives the stream up as lost.

    Raises:
        UsageError: nothing answers there, or no video.
    """
    name = spec.name

    def open_source() -> LiveSource:
        parameters = [
            *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(open_timeout_s * 1000)),
            *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(read_timeout_s * 1000)),
        ]
        capture = open_film(spec.address, parameters)
        if not capture.isOpened():
            raise UsageError(
                f"no video comes from {name}: check the address and login, and that the camera "
                "is on and reachable from here"
            )
        return MjpegSource(capture) if take_packets(capture) else OpenCvSource(capture)

    # A little longer than FFmpeg's own limit, so that its answer is the one people read.
    return ThreadedCamera(
        open_source, name=name, colour_order="BGR", open_timeout_s=open_timeout_s + 2
    )


def open_film(address: str, parameters: Sequence[int] = ()) -> cv2.VideoCapture:
    """Open a file or a stream through FFmpeg, so that its pictures come upright.

    Phones store a film as the sensor saw it, beside the angle to show it at. Whether OpenCV turns
    the pictures by itself differs between its versions (4.11 does not, 4.12 and 5.0 do), so it is
    asked to.

    Args:
        address: a path or a URL.
        parameters: of `cv2.VideoCapture`: identifier, value, identifier, value ….

    Returns:
        The capture; not opened where nothing answers.
    """
    silence_opencv()
    capture = cv2.VideoCapture(address, cv2.CAP_FFMPEG, list(parameters))
    capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    return capture


def silence_opencv() -> None:
    """Stop OpenCV and FFmpeg from printing on their own: each error is reported once, by us.

    OpenCV reads the variables once, when a process first opens a film: every film is opened
    through `open_film`.
    """
    # AV_LOG_QUIET, whatever the environment says: FFmpeg prints URLs, which hold passwords.
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"
    # By UDP, FFmpeg's own first choice, a lost packet is a torn picture.
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_flags;prefer_tcp")
    # OpenCV 4.13 moved the function from cv2 into cv2.utils.logging.
    getattr(cv2.utils, "logging", cv2).setLogLevel(_LOG_LEVEL_SILENT)
