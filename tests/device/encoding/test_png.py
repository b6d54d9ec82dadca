"""The PNG writer, read back by others."""

from __future__ import annotations

import io
import sys
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from device.encoding.cutout_file import encode_cutout
from device.encoding.png import encode_png, load_packer
from device.encoding.rgba_rows import RgbaRows
from device.imaging.arrays import UInt8Array
from tests.support.pictures import make_cutout, make_frame, noise


def read_png(data: bytes) -> UInt8Array:
    """Read a picture with Pillow, all checksums verified."""
    Image.open(io.BytesIO(data)).verify()
    return np.asarray(Image.open(io.BytesIO(data)), dtype=np.uint8)


@pytest.mark.parametrize("height_px", [1, 2, 63, 64, 65, 300])
def test_pictures_come_back_bit_for_bit(height_px: int) -> None:
    """Grey, RGB and RGBA of one row or of many blocks read back as they were, by two readers."""
    colours = noise(height_px, 37, seed=height_px)
    rgba = np.dstack([colours, colours[:, :, 1]])
    for picture in (colours[:, :, 0].copy(), colours, rgba):
        data = encode_png(picture)
        np.testing.assert_array_equal(read_png(data), picture)
    read = cv2.imdecode(np.frombuffer(encode_png(rgba), np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(read, rgba[:, :, [2, 1, 0, 3]])


def test_smooth_pictures_are_small() -> None:
    """A flat picture packs to almost nothing: blocks end to end cost a few bytes each."""
    assert len(encode_png(np.full((900, 1200, 4), 90, np.uint8))) < 30_000


@pytest.mark.parametrize("rows", [slice(0, 0), slice(0, 1), slice(300, 900), slice(1499, 1500)])
def test_a_cutout_is_the_same_in_strips_and_whole(rows: slice) -> None:
    """Many strips, blank ones among them, read back as the cutout composed at once."""
    alpha = np.zeros((1500, 700), np.uint8)
    alpha[rows, 100:400] = np.random.default_rng(2).integers(0, 256, alpha[rows, 100:400].shape)
    cutout = make_cutout(make_frame(noise(1500, 700)), alpha)
    np.testing.assert_array_equal(read_png(encode_cutout(cutout)), RgbaRows(cutout).compute_all())


def test_the_standard_library_packs_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where zlib-ng has no wheel, zlib writes a file that reads back alike."""
    monkeypatch.setitem(sys.modules, "zlib_ng", None)
    assert load_packer() is zlib
    picture = noise(400, 900)
    np.testing.assert_array_equal(read_png(encode_png(picture)), picture)
