"""Network cameras, the Pi camera's contract, and the thread that waits for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from device.cameras.camera import Camera, CameraLostError, CameraTimeoutError
from device.cameras.factory import open_camera
from device.cameras.grabber import GrabbedCamera
from device.cameras.opencv_capture import open_stream, redacted
from device.errors import UsageError
from device.frame import UInt8Array
from tests.fakes import install_fake_picamera2


class MjpegServer(ThreadingHTTPServer):
    """A network camera that sends motion JPEG; its switches are what goes wrong with one."""

    daemon_threads = True

    def __init__(self) -> None:
        self.silent = threading.Event()
        self.hung_up = threading.Event()
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), _MjpegHandler)

    @property
    def url(self) -> str:
        """Where it streams, with a login and a key that must never be shown."""
        return f"http://photographer:secret@127.0.0.1:{self.server_port}/video.mjpg?key=secret"


class _MjpegHandler(BaseHTTPRequestHandler):
    server: MjpegServer

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        grey = 0
        try:
            while not (self.server.hung_up.is_set() or self.server.over.is_set()):
                if not self.server.silent.is_set():
                    grey = (grey + 1) % 256
                    self._send(cv2.imencode(".jpg", np.full((48, 64, 3), grey, np.uint8))[1])
                self.server.over.wait(0.02)
        except OSError:
            return

    def _send(self, picture: UInt8Array) -> None:
        data = picture.tobytes()
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
        self.wfile.write(head.encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name.
        """Keep the test's output clean."""


@contextmanager
def mjpeg_server() -> Iterator[MjpegServer]:
    """A running camera."""
    server = MjpegServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()


class ScriptedSource:
    """A live source that does what its test tells it."""

    def __init__(self) -> None:
        self.stuck = threading.Event()
        self.broken = threading.Event()
        self.released = threading.Event()

    def grab(self) -> UInt8Array:
        """A black picture, an error, or nothing for as long as told."""
        if self.broken.is_set():
            raise RuntimeError("cable")
        time.sleep(0.005)
        while self.stuck.is_set() and not self.released.is_set():
            time.sleep(0.005)
        return np.zeros((2, 2, 3), np.uint8)

    def release(self) -> None:
        """Note that it was released."""
        self.released.set()


def read_on(camera: Camera, timeout_s: float) -> None:
    """Read until an error comes."""
    while True:
        camera.read(timeout_s)


def grabbed(source: ScriptedSource) -> GrabbedCamera:
    """A camera over that source."""
    return GrabbedCamera(lambda: source, name="test", colour_order="BGR", open_timeout_s=5)


def test_a_network_camera_gives_its_newest_frames() -> None:
    """A slow reader skips what came between; it never falls behind the stream."""
    with mjpeg_server() as server:
        camera = open_camera(server.url)
        try:
            first = camera.read(5)
            time.sleep(0.3)
            second = camera.read(5)
            assert second.sequence > first.sequence + 1
            assert time.monotonic() - second.monotonic_s < 0.25
            assert second.colour_order == "BGR"
            assert second.pixels.shape == (48, 64, 3)
            assert "secret" not in camera.name
            assert "photographer" not in second.source
        finally:
            camera.close()
            camera.close()


def test_a_silent_network_camera_is_a_timeout_then_lost(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """While FFmpeg waits, `read` still returns in time; in the end the camera counts as lost."""
    with mjpeg_server() as server:
        camera = open_stream(server.url, read_timeout_s=1.5)
        try:
            camera.read(5)
            server.silent.set()
            time.sleep(0.1)
            start_s = time.monotonic()
            with pytest.raises(CameraTimeoutError):
                read_on(camera, 0.2)
            assert time.monotonic() - start_s < 1.0
            with pytest.raises(CameraLostError) as error:
                camera.read(10)
        finally:
            camera.close()
    assert "secret" not in str(error.value)
    assert "secret" not in capfd.readouterr().err


def test_a_network_camera_that_hangs_up_is_lost() -> None:
    """The end of a live stream is a lost camera, not the end of the work."""
    with mjpeg_server() as server:
        camera = open_camera(server.url)
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
        open_camera("http://user:secret@127.0.0.1:9/cam?pwd=secret")
    assert "secret" not in str(error.value)
    assert "secret" not in capfd.readouterr().err


def test_a_server_that_never_answers_does_not_hang_the_opening() -> None:
    """A port that accepts and stays silent is given up after the open timeout."""
    with mjpeg_server() as server:
        server.silent.set()
        start_s = time.monotonic()
        with pytest.raises(UsageError):
            open_stream(server.url, open_timeout_s=1, read_timeout_s=1)
        assert time.monotonic() - start_s < 6


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://admin:pa@ss@10.0.0.7:554/h264?user=a&pwd=b#x", "rtsp://10.0.0.7:554/h264"),
        ("http://[fe80::1]:80/x", "http://[fe80::1]:80/x"),
        ("http://user:secret@host:port/x", "the network camera"),
    ],
)
def test_urls_are_shown_without_credentials(url: str, shown: str) -> None:
    """Login, query and fragment are left out; what cannot be parsed is not shown at all."""
    assert redacted(url) == shown


def test_read_returns_in_time_although_the_sdk_hangs() -> None:
    """A capture call that never returns costs a timeout, and the camera recovers after it."""
    source = ScriptedSource()
    camera = grabbed(source)
    camera.read(1)
    source.stuck.set()
    time.sleep(0.05)
    start_s = time.monotonic()
    with pytest.raises(CameraTimeoutError, match="test"):
        read_on(camera, 0.1)
    assert time.monotonic() - start_s < 0.5
    source.stuck.clear()
    camera.read(1)
    camera.close()
    assert source.released.wait(1)


def test_an_exception_in_the_sdk_is_a_lost_camera() -> None:
    """Whatever an SDK raises reaches the reader as a lost camera with the SDK's words."""
    source = ScriptedSource()
    camera = grabbed(source)
    source.broken.set()
    with pytest.raises(CameraLostError, match="cable"):
        read_on(camera, 1)
    assert source.released.wait(1)


def test_a_frame_is_given_once() -> None:
    """Two reads never return the same picture."""
    source = ScriptedSource()
    camera = grabbed(source)
    sequences = [camera.read(1).sequence for _ in range(20)]
    camera.close()
    assert len(set(sequences)) == 20
    assert sequences == sorted(sequences)


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
