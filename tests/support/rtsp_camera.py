"""A small real RTSP server on this machine: RFC 2326 over one TCP connection, MPEG-TS in RTP."""

from __future__ import annotations

import base64
import socketserver
import struct
import threading
from contextlib import AbstractContextManager
from pathlib import Path

import cv2
import numpy as np

from device.cameras.opencv_capture import silence_opencv
from tests.support.running_server import EndingServer, running

_TS_PACKET_BYTES = 188
_PACKETS_IN_RTP = 7  # What fits an Ethernet frame.
_MPEG_TS = 33  # RFC 3551, table 5.
_LOGIN = base64.b64encode(b"photographer:secret").decode()
_SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    f"m=video 0 RTP/AVP {_MPEG_TS}\r\na=control:track1\r\n"
)


class RtspServer(socketserver.ThreadingTCPServer, EndingServer):
    """Streams a film to who logs in; its switches are what goes wrong with a camera."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, film: bytes, port: int = 0) -> None:
        self.film = film
        self.silent = threading.Event()
        self.over = threading.Event()
        super().__init__(("127.0.0.1", port), _RtspHandler)

    @property
    def url(self) -> str:
        """Where it streams, with a login that must never be shown."""
        return f"rtsp://photographer:secret@127.0.0.1:{self.server_address[1]}/h264"


class _RtspHandler(socketserver.StreamRequestHandler):
    server: RtspServer

    def handle(self) -> None:
        """Answer requests until the stream is to play, then stream."""
        while request := self._request():
            method, headers = request
            number = headers.get("cseq", "0")
            if headers.get("authorization") != f"Basic {_LOGIN}":
                self._reply("401 Unauthorized", number, 'WWW-Authenticate: Basic realm="cam"')
            elif method == "OPTIONS":
                self._reply("200 OK", number, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
            elif method == "DESCRIBE":
                self._reply("200 OK", number, "Content-Type: application/sdp", _SDP)
            elif method == "SETUP" and "interleaved" not in headers.get("transport", ""):
                self._reply("461 Unsupported Transport", number, "Session: 1")
            elif method == "SETUP":
                transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1"
                self._reply("200 OK", number, transport)
            elif method == "PLAY":
                self._reply("200 OK", number, "Session: 1")
                self._stream()
                return
            else:
                self._reply("200 OK", number, "Session: 1")

    def _request(self) -> tuple[str, dict[str, str]] | None:
        first = self.rfile.readline().decode()
        headers = {}
        while (line := self.rfile.readline().decode().strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return (first.split()[0], headers) if first.strip() else None

    def _reply(self, status: str, number: str, header: str, body: str = "") -> None:
        head = f"RTSP/1.0 {status}\r\nCSeq: {number}\r\n{header}\r\nContent-Length: {len(body)}"
        self.wfile.write(f"{head}\r\n\r\n{body}".encode())

    def _stream(self) -> None:
        size = _TS_PACKET_BYTES * _PACKETS_IN_RTP
        film = self.server.film
        try:
            for number, start in enumerate(range(0, len(film), size)):
                while self.server.silent.is_set() and not self.server.over.is_set():
                    self.server.over.wait(0.02)
                if self.server.over.wait(0.004):
                    return
                head = struct.pack("!BBHII", 0x80, _MPEG_TS, number & 0xFFFF, number * 900, 7)
                packet = head + film[start : start + size]
                self.wfile.write(b"$\0" + struct.pack("!H", len(packet)) + packet)
        except OSError:
            return


def film_of_noise(folder: Path) -> bytes:
    """An MPEG transport stream of some seconds: moving noise, so that it fills its packets."""
    path = folder / "film.ts"
    silence_opencv()
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mpeg"), 25, (160, 128))
    chance = np.random.default_rng(1)
    for _ in range(400):
        writer.write(chance.integers(0, 255, (128, 160, 3), dtype=np.uint8))
    writer.release()
    return path.read_bytes()


def rtsp_server(film: bytes, port: int = 0) -> AbstractContextManager[RtspServer]:
    """A running camera."""
    return running(RtspServer(film, port))
