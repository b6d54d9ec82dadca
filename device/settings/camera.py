"""What a person asks of a camera; what the source cannot do is left as it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """How a device or Pi camera is to be set. None leaves a choice to the camera.

    Attributes:
        width_px: picture width; a driver takes the nearest it has.
        height_px: picture height.
        fps: rate.
        format: of a USB camera's pictures on the wire: ``mjpeg``, which fits through USB 2 at any
            size, or ``yuyv``, which is not compressed.
        exposure_us: a Pi camera's exposure time; fixes it together with the gain.
        gain: a Pi camera's analogue gain.
        red_gain: a Pi camera's white balance, red; fixes it together with blue.
        blue_gain: a Pi camera's white balance, blue.
        lens_position: a Pi camera's focus in dioptres; None focuses by itself where it can.
    """

    width_px: int | None = None
    height_px: int | None = None
    fps: float | None = None
    format: str = "mjpeg"
    exposure_us: int | None = None
    gain: float | None = None
    red_gain: float | None = None
    blue_gain: float | None = None
    lens_position: float | None = None


AS_THEY_ARE = CameraSettings()
