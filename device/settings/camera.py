"""What a person asks of a camera; what the source cannot do is left as it is."""

from __future__ import annotations

from dataclasses import dataclass

from device.settings.declaration import declare
from device.settings.rules import number, whole


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """How a device or Pi camera is to be set. None leaves a choice to the camera.

    Attributes:
        width_px: picture width; a driver takes the nearest it has.
        height_px: picture height.
        fps: rate.
        format: of a USB camera's pictures on the wire: ``mjpeg`` or ``yuyv``.
    """

    # Of every camera: the settings camera_width_px, camera_height_px, camera_fps, camera_format.
    width_px: int | None = None
    height_px: int | None = None
    fps: float | None = None
    format: str = "mjpeg"
    # Of a Pi camera: the table [picamera2].
    exposure_us: int | None = declare(
        whole(1, 10**9),
        "exposure time; fixes it together with the gain",
        default=None,
        default_words="automatic",
    )
    gain: float | None = declare(
        number(1, 1000), "analogue gain", default=None, default_words="automatic"
    )
    red_gain: float | None = declare(
        number(0, 32),
        "white balance, red; fixes it together with blue",
        default=None,
        default_words="automatic",
    )
    blue_gain: float | None = declare(
        number(0, 32), "white balance, blue", default=None, default_words="automatic"
    )
    lens_position: float | None = declare(
        number(0, 100),
        "focus in dioptres",
        default=None,
        default_words="focuses by itself where it can",
    )


AS_THEY_ARE = CameraSettings()
