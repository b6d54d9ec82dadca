"""This side of picamera2's contract, against a fake module: no Pi camera was ever at hand."""

from __future__ import annotations

import pytest

from device.cameras.camera import CameraTimeoutError, StillCamera
from device.cameras.factory import open_camera
from device.errors import UsageError
from device.settings.camera import CameraSettings
from device.settings.camera_spec import parse_camera
from tests.support.fake_picamera2 import install_fake_picamera2, read_on


def test_picamera2_streams_small_and_shoots_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the fake: frames are small, a shot is the whole sensor in RGB, exposure held."""
    fake = install_fake_picamera2(monkeypatch)
    camera = open_camera(parse_camera("picamera2:0"), settings=CameraSettings(fps=15))
    assert isinstance(camera, StillCamera)
    frame = camera.read(2)
    shot = camera.take_still(2)
    camera.close()
    camera.close()
    assert (frame.height_px, frame.width_px) == (64, 96)
    assert (shot.height_px, shot.width_px) == (64, 96)
    assert (shot.pixels[0, 0] == (255, 0, 0)).all()
    assert shot.colour_order == frame.colour_order == "RGB"
    assert shot.sequence > frame.sequence
    configuration = fake.latest.configuration
    assert configuration["controls"] == {"FrameDurationLimits": (66667, 66667)}
    # What OpenCV takes the small stream's YUV for, and what a Pi 4 has memory for.
    assert (configuration["colour_space"], configuration["raw"]) == ("Smpte170m", None)
    assert configuration["buffer_count"] <= 3
    assert fake.latest.log == [
        *("open 0", "exposure held", "still", "exposure on", "stop", "close"),
    ]
    held = fake.latest.controls[0]
    assert (held["ExposureTime"], held["ColourGains"]) == (8000, (1.5, 1.7))


def test_settings_of_the_pi_camera_hold_between_shots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the fake: what the file fixes goes to the camera and stays through a shot."""
    fake = install_fake_picamera2(monkeypatch)
    settings = CameraSettings(exposure_us=4000, gain=1.0, red_gain=2.0, blue_gain=1.5)
    camera = open_camera(parse_camera("picamera2:0"), settings=settings)
    assert isinstance(camera, StillCamera)
    camera.take_still(2)
    camera.close()
    fixed: dict[str, object] = {"AeEnable": False, "ExposureTime": 4000, "AnalogueGain": 1.0}
    fixed |= {"AwbEnable": False, "ColourGains": (2.0, 1.5)}
    asked = fake.latest.configuration["controls"]
    assert asked == {"FrameDurationLimits": (33333, 66666), **fixed}
    assert all(controls | fixed == controls for controls in fake.latest.controls)


@pytest.mark.parametrize("fps", [None, 30.0])
def test_a_long_exposure_is_not_cut_off(monkeypatch: pytest.MonkeyPatch, fps: float | None) -> None:
    """Against the fake: an exposure longer than a frame makes the frames last as long."""
    fake = install_fake_picamera2(monkeypatch)
    settings = CameraSettings(exposure_us=100_000, gain=1.0, fps=fps)
    camera = open_camera(parse_camera("picamera2:0"), settings=settings)
    assert isinstance(camera, StillCamera)
    camera.take_still(2)
    camera.close()
    assert fake.latest.capture_metadata()["ExposureTime"] == 100_000
    assert fake.latest.controls[0]["ExposureTime"] == 100_000


@pytest.mark.parametrize(("lens", "mode"), [(None, 2), (1.5, 0)])
def test_a_lens_focuses_by_itself_unless_it_is_set(
    monkeypatch: pytest.MonkeyPatch, lens: float | None, mode: int
) -> None:
    """Against the fake: a camera with a lens motor goes on focusing; a fixed lens is left alone."""
    fake = install_fake_picamera2(monkeypatch)
    open_camera(parse_camera("picamera2:0")).close()
    assert "AfMode" not in fake.latest.configuration["controls"]
    monkeypatch.setattr(fake, "camera_controls", {"AfMode": (0, 2, 0)})
    open_camera(parse_camera("picamera2:0"), settings=CameraSettings(lens_position=lens)).close()
    assert fake.latest.configuration["controls"]["AfMode"] == mode
    assert fake.latest.configuration["controls"].get("LensPosition") == lens


def test_a_hanging_picamera2_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the fake: a capture that does not return leaves `read` its timeout."""
    fake = install_fake_picamera2(monkeypatch)
    camera = open_camera(parse_camera("picamera2"))
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
        open_camera(parse_camera("picamera2:0"))
    fake = install_fake_picamera2(monkeypatch)
    monkeypatch.setattr(fake, "cameras", 1)
    with pytest.raises(UsageError, match="ribbon"):
        open_camera(parse_camera("picamera2:1"))
