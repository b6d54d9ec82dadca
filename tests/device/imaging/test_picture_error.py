"""Whatever fails over one picture is one sentence with its name."""

from __future__ import annotations

import struct

import cv2
import pytest
from PIL import Image

from device.errors import WorkError
from device.imaging.picture_error import PictureError, name_picture


@pytest.mark.parametrize(
    "error",
    [
        struct.error("required argument is not an integer"),
        TypeError("'int' object is not subscriptable"),
        AttributeError("no such thing"),
        OverflowError("year is out of range"),
        RecursionError("maximum recursion depth exceeded"),
        MemoryError(),
        cv2.error("(-4:Insufficient memory) in function 'OutOfMemoryError'"),
        Image.DecompressionBombError("Image size exceeds limit"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        ZeroDivisionError("division\nby zero"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_any_exception_becomes_a_sentence(error: Exception) -> None:
    """It names the picture and says what to do, in one line, whatever was raised."""
    expected = pytest.raises(PictureError, match=r"^a\.jpg cannot be cut.*: .+$")
    with expected as raised, name_picture("a.jpg", "cut"):
        raise error
    assert "\n" not in str(raised.value)
    assert raised.value.__cause__ is error


def test_a_fault_of_the_disk_is_not_the_pictures() -> None:
    """A full spool or a lost camera is reported as such, and the picture is kept."""
    with pytest.raises(WorkError, match=r"^the spool is full$"), name_picture("a.jpg", "shot"):
        raise WorkError("the spool is full")
