"""Which camera, as a person writes it after ``--camera``."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from device.contract.text import strip_unprintable
from device.errors import UsageError
from device.settings.redaction import drop_login, redact

Kind = Literal["device", "picamera2", "stream", "folder", "photos", "demo", "file"]

FORMS = (
    "0, /dev/video0, picamera2:0, rtsp://… or http://…, a video file, folder:DIR to watch,"
    " photos:DIR to read once, or demo"
)
_LONGEST_SHOWN = 120
_DEVICE = re.compile(r"(?:/dev/video)?([0-9]{1,9})")
_PICAMERA2 = re.compile(r"picamera2(?::([0-9]{1,9}))?")
_FOLDERS: dict[str, Literal["folder", "photos"]] = {"folder": "folder", "photos": "photos"}
_URL = re.compile(r"(?:rtsps?|https?)://.+", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class CameraSpec:
    """A source of pictures. Whether it exists shows when it is opened.

    Attributes:
        kind: ``device`` (driven by the system), ``picamera2``, ``stream`` (from the network),
            ``folder`` (watched), ``photos`` (a folder read once), ``demo`` or ``file`` (a film).
        address: where it is: a device's or Pi camera's number, a URL, or a path. May hold a
            password: for people there are `name` and `str`.
        text: what was written; may hold a password.
    """

    kind: Kind
    address: str
    text: str

    def __str__(self) -> str:
        """What was written, without what may be a password in it."""
        as_url = self.kind in {"stream", "file"} and "://" in self.text
        return redact(self.text) if as_url else self.text

    @property
    def name(self) -> str:
        """What people call it in topics, logs and errors; free of credentials."""
        if self.kind == "device":
            return f"{'/dev/video' if sys.platform == 'linux' else 'camera '}{self.number}"
        if self.kind == "stream":
            return drop_login(self.address)
        if self.kind == "file":
            return str(self.path)
        return "demo" if self.kind == "demo" else f"{self.kind}:{self.address}"

    @property
    def number(self) -> int:
        """Index of a device or Pi camera."""
        return int(self.address)

    @property
    def path(self) -> Path:
        """Folder or file."""
        return Path(self.address)

    @property
    def is_folder(self) -> bool:
        """Whether it gives photos instead of frames."""
        return self.kind in _FOLDERS


def parse_camera(text: str) -> CameraSpec:
    """Read what a person wrote for a camera.

    Args:
        text: one of `FORMS`; what has none of the other forms is the path of a video file.

    Raises:
        UsageError: it has the beginning of a form and not the rest: a folder without a path, a
            URL without a host.
    """
    if device := _DEVICE.fullmatch(text):
        return CameraSpec("device", str(int(device[1])), text)
    word, _, rest = text.partition(":")
    if word == "picamera2":
        number = _PICAMERA2.fullmatch(text)
        if number is None:
            raise UsageError(f"camera {_show(text)} is not a Pi camera: give picamera2:0")
        return CameraSpec("picamera2", str(int(number[1] or 0)), text)
    if _URL.fullmatch(text):
        _check_url(text)
        return CameraSpec("stream", text, text)
    if word in _FOLDERS:
        if not rest.strip():  # Else it would be whatever folder the program was started in.
            raise UsageError(f"camera {_show(text)} names no folder: write {word}:DIR")
        return CameraSpec(_FOLDERS[word], _expand(rest, text), text)
    if text == "demo":
        return CameraSpec("demo", "", text)
    return CameraSpec("file", _expand(text, text), text)


def _expand(path: str, text: str) -> str:
    try:
        return str(Path(path).expanduser()) if path else ""
    except RuntimeError:
        raise UsageError(
            f"camera {_show(text)} begins with ~, and there is no such home folder: write the whole"
            " path"
        ) from None


def _show(text: str) -> str:
    """Cut a text to what fits into a sentence of one line."""
    return strip_unprintable(text, _LONGEST_SHOWN)


def _check_url(url: str) -> None:
    """Refuse an address that nobody could reach; what it holds may be a password."""
    try:
        parts = urlsplit(url)
        reachable = bool(parts.hostname) and parts.port != 0
    except ValueError:  # A port that is no port, half an IPv6 address.
        reachable = False
    if not reachable:
        kind = url.partition("://")[0]
        raise UsageError(
            f"the camera's address {kind}://… has no host, or a port that is none: write"
            f" {kind}://[user:password@]host[:port]/path, with / @ and : in a password as"
            " %2F, %40 and %3A"
        )
