"""Raspberry Pi cameras through picamera2, which Raspberry Pi OS brings.

Written without a Pi camera at hand. The tests run against a fake module with picamera2's call
signatures; the real library may differ.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import cv2
import numpy as np

from device.cameras.grabber import ThreadedStillCamera
from device.errors import UsageError
from device.imaging.arrays import UInt8Array
from device.settings.camera import AS_THEY_ARE, CameraSettings
from device.settings.camera_spec import CameraSpec

OPEN_TIMEOUT_S = 15.0
LORES_WIDTH_PX = 640
"""Of the stream for previews and the trigger; a multiple of 64, so that no row is padded."""

_FRAME_US = 33_333  # 30 frames a second, picamera2's own choice.
# In a dim studio the automatic exposure may take this long, which leaves 15 frames a second.
_LONGEST_FRAME_US = 66_666
_HELD = ("ExposureTime", "AnalogueGain", "ColourGains")


class Picamera2Source:
    """A started `Picamera2`; keeps `device.cameras.grabber.LiveSource` and `StillSource`.

    Two streams of one sensor: a small one for previews and the trigger, and one at full resolution
    that costs nothing until a shot asks for it.
    """

    def __init__(self, camera: Any, settings: CameraSettings) -> None:  # noqa: ANN401 - the SDK ships no types.
        self._camera = camera
        self._fixed = lock_controls(settings)

    def grab(self) -> UInt8Array:
        """Return the next small picture in RGB; may hang for ever."""
        # The only format that the small stream has on every Pi (the ISP of a Pi 4 has no other).
        planes = np.asarray(self._camera.capture_array("lores"), dtype=np.uint8)
        return np.asarray(cv2.cvtColor(planes, cv2.COLOR_YUV2RGB_I420), dtype=np.uint8)

    def grab_still(self) -> UInt8Array:
        """Return one picture at full resolution in RGB, exposure and white balance held."""
        metadata = self._camera.capture_metadata()
        held = {name: metadata[name] for name in _HELD if name in metadata}
        # Their values are those in effect, so the very next picture has them.
        self._camera.set_controls({"AeEnable": False, "AwbEnable": False, **held, **self._fixed})
        try:
            pixels = self._camera.capture_array("main")
            return np.asarray(pixels, dtype=np.uint8)[:, :, :3]
        finally:
            self._camera.set_controls({"AeEnable": True, "AwbEnable": True, **self._fixed})

    def release(self) -> None:
        """Stop and close the camera."""
        self._camera.stop()
        self._camera.close()


def open_picamera2(spec: CameraSpec, settings: CameraSettings = AS_THEY_ARE) -> ThreadedStillCamera:
    """Open a Pi camera.

    Args:
        spec: its number is the one that `rpicam-hello --list-cameras` shows.
        settings: what to ask of it; without a size, shots have the sensor's own.

    Raises:
        UsageError: picamera2 is not installed, there is no such camera, or it does not start.
    """
    number = spec.number
    return ThreadedStillCamera(
        lambda: _start(number, settings),
        name=spec.name,
        colour_order="RGB",
        open_timeout_s=OPEN_TIMEOUT_S,
    )


def lock_controls(settings: CameraSettings) -> dict[str, Any]:
    """Return the settings as libcamera's controls (libcamera, control_ids_core.yaml)."""
    controls: dict[str, Any] = {}
    if settings.exposure_us is not None or settings.gain is not None:
        controls["AeEnable"] = False
    if settings.exposure_us is not None:
        controls["ExposureTime"] = settings.exposure_us
    if settings.gain is not None:
        controls["AnalogueGain"] = settings.gain
    if settings.red_gain is not None and settings.blue_gain is not None:
        controls["AwbEnable"] = False
        controls["ColourGains"] = (settings.red_gain, settings.blue_gain)
    if settings.lens_position is not None:
        controls["AfMode"] = 0  # AfModeManual.
        controls["LensPosition"] = settings.lens_position
    return controls


def _start(number: int, settings: CameraSettings) -> Picamera2Source:
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
    full_width_px, full_height_px = camera.sensor_resolution
    # The ISP takes even sizes only.
    width_px = (settings.width_px or full_width_px) // 2 * 2
    height_px = (settings.height_px or full_height_px) // 2 * 2
    fixed = lock_controls(settings)
    if settings.lens_position is None and "AfMode" in camera.camera_controls:
        fixed["AfMode"] = 2  # AfModeContinuous; libcamera's default leaves the lens alone.
    # libcamera names formats by their order in a little-endian word: BGR888 is RGB in memory.
    # queue=False: a request gets a picture exposed after it, never one that waited.
    # No raw stream, and three pictures in flight: picamera2's own six of 12 megapixels with as many
    # raw ones are 330 MB, more than a Pi 4 sets aside for cameras.
    configuration = camera.create_video_configuration(
        main={"size": (width_px, height_px), "format": "BGR888"},
        lores={"size": _choose_lores_size_px(width_px, height_px), "format": "YUV420"},
        raw=None,
        buffer_count=3,
        # The colour space of OpenCV's conversion from YUV: BT.601, limited range.
        colour_space=import_module("libcamera").ColorSpace.Smpte170m(),
        controls={"FrameDurationLimits": _choose_frame_limits_us(settings), **fixed},
        queue=False,
    )
    camera.configure(configuration)
    camera.start()
    return Picamera2Source(camera, settings)


def _choose_frame_limits_us(settings: CameraSettings) -> tuple[int, int]:
    """Return the shortest and longest time between two frames.

    picamera2's default is 33 ms for both, which silently shortens every longer exposure.
    """
    shortest_us = _FRAME_US if settings.fps is None else round(1e6 / settings.fps)
    longest_us = _LONGEST_FRAME_US if settings.fps is None else shortest_us
    return shortest_us, max(longest_us, settings.exposure_us or 0)


def _choose_lores_size_px(width_px: int, height_px: int) -> tuple[int, int]:
    """Return the small stream's size: the shot's proportions, and rows without padding."""
    width = min(LORES_WIDTH_PX, width_px)
    return width, max(2, round(width * height_px / width_px / 2) * 2)
