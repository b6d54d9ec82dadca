"""This side of picamera2's contract, against a fake module: no Pi camera was ever at hand."""

from __future__ import annotations

import pytest

from device.cameras.camera import CameraTimeoutError
from device.cameras.factory import open_camera
from device.errors import UsageError
from tests.fakes import install_fake_picamera2, read_on


def test_picamera2_gives_rgb_frames_and_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the fake: the format asked for is RGB in memory; close stops and closes once."""
    fake = install_fake_picamera2(monkeypatch)
    camera = open_camera("picamera2:0", width_px=64, height_px=48, fps=15)
    frame = camera.read(2)
    camera.close()
    camera.close()
    assert frame.pixels.shape == (48, 64, 3)
    assert (frame.pixels[0, 0] == (255, 0, 0)).all()
    assert frame.colour_order == "RGB"
    assert fake.latest.configuration["controls"] == {"FrameRate": 15}
    assert fake.latest.log == ["open 0", "stop", "close"]


def test_a_hanging_picamera2_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the fake: a capture that does not return leaves `read` its timeout."""
    fake = install_fake_picamera2(monkeypatch)
    camera = open_camera("picamera2", width_px=8, height_px=8)
    camera.read(2)
    fake.hangs.set()
    with pytest.raises(CameraTimeoutError):
        read_on(camera, 0.1)
    fake.hangs.clear()
    camera.close()


def test_a_missing_pi_camera_is_told_from_a_missing_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without picamera2 the package is named; with it but without a camera, the cable is."""
    with pytest.raises(UsageError, match="python3-picamera2"):
        open_camera("picamera2:0")
    fake = install_fake_picamera2(monkeypatch)
    monkeypatch.setattr(fake, "cameras", 1)
    with pytest.raises(UsageError, match="ribbon"):
        open_camera("picamera2:1")
