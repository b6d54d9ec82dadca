"""The PNG writer, read back by others."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from device.frame import UInt8Array
from device.png import encode_png
from tests.pictures import noise


def opened(data: bytes) -> UInt8Array:
    """As Pillow reads it, all checksums verified."""
    Image.open(io.BytesIO(data)).verify()
    return np.asarray(Image.open(io.BytesIO(data)), dtype=np.uint8)


@pytest.mark.parametrize("height_px", [1, 2, 63, 64, 65, 300])
def test_pictures_come_back_bit_for_bit(height_px: int) -> None:
    """Grey, RGB and RGBA of one row or of many blocks read back as they were, by two readers."""
    colours = noise(height_px, 37, seed=height_px)
    rgba = np.dstack([colours, colours[:, :, 1]])
    for picture in (colours[:, :, 0].copy(), colours, rgba):
        data = encode_png(picture)
        np.testing.assert_array_equal(opened(data), picture)
    read = cv2.imdecode(np.frombuffer(encode_png(rgba), np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(read, rgba[:, :, [2, 1, 0, 3]])


def test_smooth_pictures_are_small() -> None:
    """A flat picture packs to almost nothing: blocks laid end to end cost a few bytes each."""
    assert len(encode_png(np.full((900, 1200, 4), 90, np.uint8))) < 30_000
