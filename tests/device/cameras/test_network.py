"""Cameras that are reached by a URL."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from device.cameras.camera import Camera, CameraLostError, CameraTimeoutError
from device.cameras.factory import open_camera
from device.cameras.opencv_capture import open_stream
from device.errors import UsageError
from device.settings.camera_spec import parse_camera
from tests.support.fake_picamera2 import read_on
from tests.support.mjpeg_camera import mjpeg_server
from tests.support.programs import wait_until
from tests.support.rtsp_camera import film_of_noise, rtsp_server


def test_a_network_camera_gives_its_newest_frames() -> None:
    """A slow reader skips what came between; it never falls behind the stream."""
    with mjpeg_server() as server:
        camera = open_camera(parse_camera(server.url))
        try:
            wait_until(lambda: _skips(camera))
            second = camera.read(5)
            assert second.colour_order == "BGR"
            assert second.pixels.shape == (48, 64, 3)
            assert "secret" not in camera.name
            assert "photographer" not in second.source
        finally:
            camera.close()
            camera.close()


def _skips(camera: Camera) -> bool:
    """Whether a reader that pauses goes on with a frame of after its pause began."""
    first, paused_s = camera.read(5), time.monotonic()
    time.sleep(0.3)
    second = camera.read(5)
    return second.sequence > first.sequence + 1 and second.monotonic_s > paused_s


@pytest.mark.parametrize("size_px", [(48, 64), (96, 128), (128, 96), (40, 30)])
def test_a_stream_that_changes_its_size_is_not_squashed(size_px: tuple[int, int]) -> None:
    """A phone that is turned, a camera set to more pixels: what is round stays round."""
    with mjpeg_server() as server:
        camera = open_camera(parse_camera(server.url))
        try:
            assert camera.read(5).pixels.shape == (48, 64, 3)
            server.size_px = size_px
            frame = camera.read(5)
            for _ in range(200):
                if (frame.width_px, frame.height_px) == size_px:
                    break
                frame = camera.read(5)
        finally:
            camera.close()
    assert (frame.width_px, frame.height_px) == size_px
    rows, columns = np.nonzero(frame.pixels[:, :, 0] > 230)
    assert abs(np.ptp(rows) - np.ptp(columns)) <= 4


def test_a_torn_picture_of_a_stream_is_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    """Half a picture is never shot, and no library's warning fills the log."""
    with mjpeg_server() as server:
        camera = open_camera(parse_camera(server.url))
        try:
            camera.read(5)
            server.torn.set()
            with pytest.raises(CameraLostError, match="all damaged"):
                read_on(camera, 10)
        finally:
            camera.close()
    assert capfd.readouterr().err == ""


def test_a_silent_network_camera_is_a_timeout_then_lost(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """While FFmpeg waits, `read` still returns in time; in the end the camera counts as lost."""
    with mjpeg_server() as server:
        camera = open_stream(parse_camera(server.url), read_timeout_s=4)
        try:
            camera.read(5)
            server.silent.set()
            # Not `CameraLostError`, which comes when FFmpeg has given up.
            with pytest.raises(CameraTimeoutError):
                read_on(camera, 0.2)
            with pytest.raises(CameraLostError) as error:
                camera.read(30)
        finally:
            camera.close()
    assert "secret" not in str(error.value)
    assert "secret" not in capfd.readouterr().err


def test_a_network_camera_that_hangs_up_is_lost() -> None:
    """The end of a live stream is a lost camera, not the end of the work."""
    with mjpeg_server() as server:
        camera = open_camera(parse_camera(server.url))
        try:
            camera.read(5)
            server.hung_up.set()
            with pytest.raises(CameraLostError):
                read_on(camera, 10)
        finally:
            camera.close()


def test_an_unreachable_network_camera_is_named_without_its_password(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Nothing at the address: one sentence, and neither it nor stderr holds the login."""
    with pytest.raises(UsageError, match=r"http://127\.0\.0\.1:9/cam") as error:
        open_camera(parse_camera("http://user:secret@127.0.0.1:9/cam?pwd=secret"))
    assert "secret" not in str(error.value)
    assert "secret" not in capfd.readouterr().err


def test_a_server_that_never_answers_does_not_hang_the_opening() -> None:
    """A port that accepts and stays silent is given up after the open timeout."""
    with mjpeg_server() as server:
        server.silent.set()
        start_s = time.monotonic()
        with pytest.raises(UsageError):
            open_stream(parse_camera(server.url), open_timeout_s=1, read_timeout_s=1)
        assert time.monotonic() - start_s < 20  # FFmpeg's own limit is 30 s.


def test_rtsp_camera_gives_frames_goes_silent_and_comes_back(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """An RTSP server with a login is read, its silence noticed, and after a restart read again."""
    film = film_of_noise(tmp_path)
    with rtsp_server(film) as server:
        camera = open_camera(parse_camera(server.url))
        try:
            frame = camera.read(10)
            assert frame.pixels.shape == (128, 160, 3)
            assert frame.pixels.std() > 20
            server.silent.set()
            with pytest.raises(CameraTimeoutError):
                read_on(camera, 1)
            port = server.server_address[1]
        finally:
            camera.close()
    with rtsp_server(film, port) as server:
        again = open_camera(parse_camera(server.url))
        # Newest wins: on a busy machine the first frame read need not be the first sent.
        assert again.read(10).pixels.shape == (128, 160, 3)
        again.close()
    assert "secret" not in camera.name + capfd.readouterr().err
