"""A network camera that asks for a login."""

from __future__ import annotations

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np

from device.checks.camera import check_camera

PASSWORD = "a/b@c #%:?["  # noqa: S105 - a test's, with every sign that ends a login


class _Asking(BaseHTTPRequestHandler):
    """Gives grey pictures to whoever knows the password."""

    def do_GET(self) -> None:
        """Answer as a camera with Basic authentication does."""
        known = base64.b64encode(f"u:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {known}":
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            for grey in range(100, 250):
                data = cv2.imencode(".jpg", np.full((48, 64, 3), grey, np.uint8))[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
                self.wfile.write(head.encode() + data + b"\r\n")
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name.
        """Keep the test's output clean."""


def test_a_password_of_odd_signs_opens_the_camera(tmp_path: Path) -> None:
    """The password file's line reaches the camera as it is written, and is shown nowhere."""
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n", "utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Asking) as camera:
        threading.Thread(target=camera.serve_forever, daemon=True).start()
        address = f"http://u@127.0.0.1:{camera.server_port}/video.mjpg"
        found, refused = check_camera(address, file), check_camera(address)
        camera.shutdown()
    assert (found.level, found.detail[-10:]) == ("ok", "gives 64×48"[-10:])
    assert refused.level == "FAIL"
    assert "a%2Fb" not in str(found) + str(refused)
