"""What may be written for a camera, and what people get to see of it."""

from __future__ import annotations

import sys

import pytest

from device.errors import UsageError
from device.settings.camera_spec import parse_camera
from device.settings.redaction import drop_login, redact

VIDEO = "/dev/video" if sys.platform == "linux" else "camera "


@pytest.mark.parametrize(
    ("text", "kind", "address", "name"),
    [
        ("0", "device", "0", f"{VIDEO}0"),
        ("/dev/video07", "device", "7", f"{VIDEO}7"),
        ("/dev/v4l/by-id/usb-A:b-index0", "device", *["/dev/v4l/by-id/usb-A:b-index0"] * 2),
        ("/dev/v4l/by-path/pci-0:1.0", "device", *["/dev/v4l/by-path/pci-0:1.0"] * 2),
        ("/dev/v4l/", "file", "/dev/v4l", "/dev/v4l"),
        ("picamera2", "picamera2", "0", "picamera2:0"),
        ("picamera2:1", "picamera2", "1", "picamera2:1"),
        ("rtsp://u:p@h/x", "stream", "rtsp://u:p@h/x", "rtsp://h/x"),
        ("HTTPS://h", "stream", "HTTPS://h", "HTTPS://h"),
        ("folder:in box", "folder", "in box", "folder:in box"),
        ("photos:a:b", "photos", "a:b", "photos:a:b"),
        ("demo", "demo", "", "demo"),
        ("film.mp4", "file", "film.mp4", "film.mp4"),
        ("/dev/video", "file", "/dev/video", "/dev/video"),
        ("1" * 5000, "file", "1" * 5000, "1" * 5000),
        ("what?.mp4", "file", "what?.mp4", "what?.mp4"),
    ],
)
def test_each_form_is_one_kind(text: str, kind: str, address: str, name: str) -> None:
    """A form is read once into kind, address and name; anything else is a file's path."""
    spec = parse_camera(text)
    assert (spec.kind, spec.address, spec.name) == (kind, address, name)


def test_a_home_folder_that_is_none_is_named() -> None:
    """A path below nobody's home is refused by a sentence, not by a traceback."""
    for text in ("folder:~nobody-here/in", "~nobody-here/film.mp4"):
        with pytest.raises(UsageError, match=r"^camera .*~nobody-here.* write the whole path$"):
            parse_camera(text)


@pytest.mark.parametrize("text", ["folder:\n", "picamera2:\n" + "x" * 9999, "folder:~x\n" * 99])
def test_a_refusal_is_one_short_line(text: str) -> None:
    """Whatever was pasted into the wrong place, the sentence about it can be read."""
    with pytest.raises(UsageError) as refusal:
        parse_camera(text)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize("text", ["rtsp://u:geheim@h/x?pwd=geheim", "ftp://u:geheim@h/x#geheim"])
def test_what_was_written_is_shown_without_its_login(text: str) -> None:
    """A camera's text is fit for --check-config and errors; other forms stay as they are."""
    assert str(parse_camera(text)) == f"{text.partition(':')[0]}://…@h/x"
    for plain in ("folder:a@b?c", "a@b#c.mp4", "0"):
        assert str(parse_camera(plain)) == plain


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://admin:pa@ss@10.0.0.7:554/h264?user=a&pwd=b#x", "rtsp://10.0.0.7:554/h264"),
        ("http://[fe80::1]:80/x", "http://[fe80::1]:80/x"),
        ("http://user:secret/7@host/x", "http://…"),
        ("http://user:77/secret@host/x", "http://…"),
        ("http://user:77?secret@host/x", "http://…"),
    ],
)
def test_urls_are_shown_without_credentials(url: str, shown: str) -> None:
    """Login, query and fragment are left out; where the login ends nobody knows, all is."""
    assert drop_login(url) == shown


def test_an_address_is_redacted_without_a_scheme_too() -> None:
    """What was meant for an address and has no scheme shows no password either."""
    assert redact("user:secret@host") == "…@host"
    assert redact("host:1883") == "host:1883"
