"""Which camera, as a person writes it after ``--camera``."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from device.contract.text import strip_unprintable
from device.errors import UsageError
from device.settings.redaction import drop_login, redact, redact_file, split_place

DEMO_AGAIN = "demo:again"
"""The bundled clip over and over."""
Kind = Literal["device", "picamera2", "stream", "folder", "photos", "demo", "file"]

FORMS = (
    "0, /dev/video0, /dev/v4l/by-id/NAME, picamera2:0, rtsp://… or http://…, a video file,"
    " folder:DIR to watch, photos:DIR to read once, or demo"
)
_LONGEST_SHOWN = 120
_DEVICE = re.compile(r"(?:/dev/video)?([0-9]{1,9})")
# The names that udev gives a camera for good: /dev/video0 may be another one after a restart.
_LASTING_NAME = re.compile(r"/dev/v4l/.+", re.DOTALL)
_PICAMERA2 = re.compile(r"picamera2(?::([0-9]{1,9}))?")
_FOLDERS: dict[str, Literal["folder", "photos"]] = {"folder": "folder", "photos": "photos"}
_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_URL = re.compile(r"(?:rtsps?|https?)://.+", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class CameraSpec:
    """A source of pictures. Whether it exists shows when it is opened.

    Attributes:
        kind: ``device`` (driven by the system), ``picamera2``, ``stream`` (from the network),
            ``folder`` (watched), ``photos`` (a folder read once), ``demo`` or ``file`` (a film).
        address: where it is: a device's or Pi camera's number, a URL, or a path, which a device may
            have too. May hold a password: for people there are `name` and `str`.
        text: what was written; may hold a password.
    """

    kind: Kind
    address: str
    text: str

    def __str__(self) -> str:
        """What was written, without what may be a password in it."""
        if self.kind == "stream":
            return redact(self.text)
        # A mistyped address is a file's path; one that is there is none.
        if self.kind == "file" and not os.path.lexists(self.address):
            return redact_file(self.text)
        return self.text

    @property
    def name(self) -> str:
        """What people call it in topics, logs and errors; free of credentials."""
        if self.kind == "device" and self.address.startswith("/"):
            return self.address
        if self.kind == "device":
            return f"{'/dev/video' if sys.platform == 'linux' else 'camera '}{self.number}"
        if self.kind == "stream":
            return drop_login(self.address)
        if self.kind == "file":
            return str(self.path)
        return "demo" if self.kind == "demo" else f"{self.kind}:{self.address}"

    @property
    def number(self) -> int:
        """Index of a device that has no other name, or of a Pi camera."""
        return int(self.address)

    @property
    def path(self) -> Path:
        """Folder or file."""
        return Path(self.address)

    def with_password(self, password: str) -> CameraSpec:
        """Return the specification with a password for the user in its address.

        Raises:
            UsageError: the address names no user, or has a password already.
        """
        scheme, place, rest = split_place(self.address)
        user, at, host = place.rpartition("@")
        if not at or ":" in user or not user:
            raise UsageError(
                f"camera {self} {'has a password in its address' if at else 'names no user'}, and"
                f" its password is in a file: write {scheme}user@host[:port]/path"
            )
        return replace(self, address=f"{scheme}{user}:{quote(password, safe='')}@{host}{rest}")

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
    if (address := _read_device(text)) is not None:
        return CameraSpec("device", address, text)
    word, _, rest = text.partition(":")
    if word == "picamera2":
        number = _PICAMERA2.fullmatch(text)
        if number is None:
            raise UsageError(f"camera {_show(text)} is not a Pi camera: give picamera2:0")
        return CameraSpec("picamera2", str(int(number[1] or 0)), text)
    if _URL.fullmatch(text.strip()):
        _check_url(text.strip())
        return CameraSpec("stream", text.strip(), text.strip())
    if word in _FOLDERS:
        if not rest.strip():  # Else it would be whatever folder the program was started in.
            raise UsageError(f"camera {_show(text)} names no folder: write {word}:DIR")
        if "://" in rest:
            raise UsageError(
                f"camera {word}:{redact(rest)} is an address: mount it, and write {word}:DIR"
            )
        return CameraSpec(_FOLDERS[word], _expand(rest, text), text)
    if text in {"demo", DEMO_AGAIN}:
        return CameraSpec("demo", "" if text == "demo" else "again", text)
    return CameraSpec("file", _expand(text, text), text)


def _read_device(text: str) -> str | None:
    device = _DEVICE.fullmatch(text)
    if device is not None:
        return str(int(device[1]))
    return text if _LASTING_NAME.fullmatch(text) else None


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
    _, place, rest = split_place(url)
    login = place.rpartition("@")[0]
    try:
        parts = urlsplit(url)
        reachable = bool(parts.hostname) and parts.port != 0
    except ValueError:  # A port that is no port, half an IPv6 address.
        reachable = False
    # A login that holds such a sign ends there, and its rest is taken for the path.
    cut_short = "@" in rest and (":" in place or "@" in place)
    if not reachable or cut_short or _PERCENT.search(login) or re.search(r"\s", place):
        kind = url.partition("://")[0]
        raise UsageError(
            f"the camera's address {kind}://… has no host, a port that is none, or a sign in its"
            f" login that ends it: write {kind}://[user[:password]@]host[:port]/path, in user and"
            " password %25 for %, %2F for /, %3F for ?, %23 for #, %40 for @, %3A for :, %5B for [,"
            " %5D for ] and %20 for a space, or give the password with camera_password_file"
        )
