"""What is asked of a USB camera, at the seam to OpenCV: no such camera is at hand."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from device.cameras.camera import CameraLostError
from device.cameras.factory import open_camera
from device.cameras.opencv_capture import OpenCvSource, configure, find_node
from device.errors import UsageError
from device.imaging.arrays import UInt8Array
from device.settings.camera import CameraSettings
from device.settings.camera_spec import CameraSpec, parse_camera
from tests.support.pictures import noise


class _Capture:
    """cv2.VideoCapture as far as it is used; repeats one picture as V4L2 does after an unplug."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, float]] = []
        self.pixels = noise(32, 32)

    def set(self, what: int, value: float) -> bool:
        """Note a wish."""
        self.asked.append((what, value))
        return True

    def read(self) -> tuple[bool, UInt8Array]:
        """The same picture, and success."""
        return True, np.array(self.pixels)


def _grab_on(source: OpenCvSource) -> None:
    while True:
        source.grab()


def test_lasting_name_leads_to_the_device_that_has_it_now(tmp_path: Path) -> None:
    """A camera that comes back under another number is found by the name that it keeps."""
    link = tmp_path / "usb-Some_Cam-video-index0"
    spec = CameraSpec("device", str(link), str(link))
    for number in (3, 5):
        link.unlink(missing_ok=True)
        link.symlink_to(f"/dev/video{number}")
        assert find_node(spec) == number
    assert spec.name == str(link)
    link.unlink()
    (tmp_path / "studio-cam").touch()
    link.symlink_to(tmp_path / "studio-cam")
    assert find_node(spec) == str(tmp_path / "studio-cam")
    assert find_node(parse_camera("/dev/video7")) == 7


def test_lasting_name_of_no_camera_is_one_sentence() -> None:
    """A name under which nothing is plugged in is answered as a number is."""
    with pytest.raises(UsageError, match="there is no camera /dev/v4l/by-id/none: plug it in"):
        open_camera(parse_camera("/dev/v4l/by-id/none"))


@pytest.mark.parametrize(("name", "code"), [("mjpeg", b"MJPG"), ("yuyv", b"YUYV")])
def test_format_is_asked_for_before_the_size(name: str, code: bytes) -> None:
    """The format on the wire goes first, for a camera has other sizes in each."""
    capture = _Capture()
    configure(capture, CameraSettings(width_px=1280, height_px=720, fps=15, format=name))  # type: ignore[arg-type] # as far as it is used
    assert capture.asked == [
        (cv2.CAP_PROP_FOURCC, int.from_bytes(code, "little")),
        (cv2.CAP_PROP_FRAME_WIDTH, 1280),
        (cv2.CAP_PROP_FRAME_HEIGHT, 720),
        (cv2.CAP_PROP_FPS, 15),
    ]


def test_device_that_repeats_its_last_picture_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device node that stays and a picture that never changes are no camera."""
    monkeypatch.setattr("device.cameras.repetition.REPEATS_S", 0.05)
    (tmp_path / "video0").touch()
    source = OpenCvSource(_Capture(), tmp_path / "video0")  # type: ignore[arg-type] # see above
    with pytest.raises(CameraLostError, match="repeated the same picture"):
        _grab_on(source)
    (tmp_path / "video0").unlink()
    with pytest.raises(CameraLostError, match="is gone"):
        source.grab()
