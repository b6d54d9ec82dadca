"""A network camera on this machine, with switches for what goes wrong with one."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from tests.support.running_server import EndingServer, running


class MjpegServer(ThreadingHTTPServer, EndingServer):
    """A network camera that sends motion JPEG; its switches are what goes wrong with one."""

    daemon_threads = True

    def __init__(self) -> None:
        self.silent = threading.Event()
        self.hung_up = threading.Event()
        self.over = threading.Event()
        self.torn = threading.Event()
        self.size_px = (64, 48)  # width and height
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
                    self._send(self._draw(grey))
                self.server.over.wait(0.02)
        except OSError:
            return

    def _draw(self, grey: int) -> UInt8Array:
        """A grey picture with a white disc in the middle; torn, its lower half is lost."""
        width, height = self.server.size_px
        picture = np.full((height, width, 3), grey % 200, np.uint8)
        cv2.circle(picture, (width // 2, height // 2), 16, (255, 255, 255), -1)
        data = np.asarray(cv2.imencode(".jpg", picture)[1], dtype=np.uint8).ravel()
        if self.server.torn.is_set():
            return np.concatenate([data[: len(data) * 3 // 4], data[-2:]])
        return data

    def _send(self, picture: UInt8Array) -> None:
        data = picture.tobytes()
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
        self.wfile.write(head.encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name.
        """Keep the test's output clean."""


def mjpeg_server() -> AbstractContextManager[MjpegServer]:
    """A running camera."""
    return running(MjpegServer())
