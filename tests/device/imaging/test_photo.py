"""Reading what photographers and file systems produce."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

import device.imaging.photo
from device.errors import UsageError
from device.imaging.photo import read_photo
from tests.support.pictures import noise
from tests.support.tiff_files import grey_tags, pack_twelve_bits, write_tiff

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("suffix", ["png", "tif", "webp", "bmp"])
def test_lossless_formats_come_back_bit_for_bit(tmp_path: Path, suffix: str) -> None:
    """An RGB picture keeps its values, and the frame knows the file it came from."""
    pixels = noise(31, 47)
    path = tmp_path / f"dress.{suffix}"
    Image.fromarray(pixels).save(path, lossless=True)
    frame = read_photo(path, sequence=7)
    np.testing.assert_array_equal(frame.pixels, pixels)
    assert (frame.colour_order, frame.stem, frame.source, frame.sequence) == (
        *("RGB", "dress", f"dress.{suffix}", 7),
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    """However the camera was held, the frame is upright: dark top left, as it was seen."""
    upright = np.full((40, 64, 3), 200, np.uint8)
    upright[:16, :16] = 10
    undone = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = Image.fromarray(upright)
    stored = stored if undone is None else stored.transpose(undone)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "held.jpg"
    stored.save(path, exif=exif, quality=95, subsampling=0)
    frame = read_photo(path)
    assert frame.pixels.shape == upright.shape
    assert np.abs(frame.pixels.astype(int) - upright).max() < 20


def test_the_icc_profile_is_kept(tmp_path: Path) -> None:
    """A profile that describes the RGB values travels with them, byte for byte."""
    path = tmp_path / "a.jpg"
    Image.fromarray(noise(16, 16)).save(path, icc_profile=SRGB)
    assert read_photo(path).icc_profile == SRGB


def test_sixteen_bit_pictures_keep_their_high_byte(tmp_path: Path) -> None:
    """16-bit RGB and greyscale become 8-bit by their high byte, they do not saturate."""
    deep = (noise(16, 16).astype(np.uint16) << 8) + 99
    cv2.imwrite(str(tmp_path / "rgb.png"), deep[:, :, ::-1])
    cv2.imwrite(str(tmp_path / "rgb.tif"), deep[:, :, ::-1])
    cv2.imwrite(str(tmp_path / "grey.png"), deep[:, :, 0])
    for name in ("rgb.png", "rgb.tif"):
        np.testing.assert_array_equal(read_photo(tmp_path / name).pixels, deep >> 8)
    grey = read_photo(tmp_path / "grey.png").pixels
    np.testing.assert_array_equal(grey, np.dstack([deep[:, :, 0] >> 8] * 3))


@pytest.mark.parametrize(("bits", "photometric"), [(12, 1), (16, 0), (16, 1)])
def test_deep_greys_are_scaled_by_their_depth(tmp_path: Path, bits: int, photometric: int) -> None:
    """Cameras of machine vision write 12 bits: neither black, nor white for black."""
    levels = noise(6, 8)[:, :, 0]
    deep = ((255 - levels if photometric == 0 else levels) * np.uint16(257)).astype(np.uint16)
    data = pack_twelve_bits((deep >> 4).astype(np.uint16)) if bits == 12 else deep.tobytes()
    path = tmp_path / "a.tif"
    path.write_bytes(write_tiff([(grey_tags(8, 6, bits, photometric), data)]))
    np.testing.assert_array_equal(read_photo(path).pixels, np.dstack([levels] * 3))


def test_greys_that_no_decoder_scales_are_refused(tmp_path: Path) -> None:
    """Of 10 and 14 bits, or 12 with white as 0, no picture is made up."""
    for bits, photometric in ((10, 1), (14, 1), (12, 0)):
        path = tmp_path / f"{bits}-{photometric}.tif"
        page = grey_tags(8, 8, bits, photometric), bytes(8 * 8 * bits // 8)
        path.write_bytes(write_tiff([page]))
        with pytest.raises(UsageError, match=path.name):
            read_photo(path)


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"plain", b"iCCP"])
def test_a_png_with_much_text_is_read(tmp_path: Path, kind: bytes) -> None:
    """Programs keep a picture's history in it, which says nothing about the pixels."""
    text = b"<step>" * 250_000
    keyword = {
        b"zTXt": b"Comment\0\0" + zlib.compress(text),
        b"iTXt": b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(text),
        b"plain": b"XML:com.adobe.xmp\0\0\0\0\0" + text,
        b"iCCP": b"big\0\0" + zlib.compress(bytes(40_000_000)),
    }[kind]
    name = b"iTXt" if kind == b"plain" else kind
    chunk = struct.pack(">I", len(keyword)) + name + keyword
    chunk += struct.pack(">I", zlib.crc32(name + keyword))
    pixels = noise(20, 30)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(data[:33] + chunk + data[33:])
    frame = read_photo(tmp_path / "a.png")
    np.testing.assert_array_equal(frame.pixels, pixels)
    assert frame.icc_profile is None


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "RGBA"])
def test_other_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    """Greyscale, palette, CMYK and transparent pictures are read as what a viewer shows."""
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    Image.new("RGB", (8, 8), (255, 255, 255)).convert(mode).save(path)
    frame = read_photo(path)
    assert frame.pixels.shape == (8, 8, 3)
    assert frame.pixels.min() > 250


def test_transparent_pixels_lie_on_white(tmp_path: Path) -> None:
    """What a transparent pixel hides is not shown: it may be anything."""
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[:2] = (200, 100, 50, 255)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    found = read_photo(tmp_path / "a.png").pixels
    assert (found[:2] == (200, 100, 50)).all()
    assert (found[2:] == 255).all()


def test_damaged_files_are_named(tmp_path: Path) -> None:
    """Text, an empty file, a cut one, a folder and nothing: one sentence with the name each."""
    whole = tmp_path / "whole.jpg"
    Image.fromarray(noise(64, 64)).save(whole)
    (tmp_path / "cut.jpg").write_bytes(whole.read_bytes()[:-900])
    (tmp_path / "text.jpg").write_text("not a picture", encoding="ascii")
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder.png").mkdir()
    for name in ("cut.jpg", "text.jpg", "empty.png", "folder.png", "gone.png"):
        with pytest.raises(UsageError) as error:
            read_photo(tmp_path / name)
        assert name in str(error.value)
        assert "\n" not in str(error.value)


def test_every_cut_of_a_png_is_an_error_or_a_whole_picture(tmp_path: Path) -> None:
    """Wherever a copy stopped, the file is refused; half a picture is never handed out."""
    path = tmp_path / "a.png"
    pixels = noise(24, 24)
    Image.fromarray(pixels).save(path)
    data = path.read_bytes()
    for length in range(0, len(data), 97):
        path.write_bytes(data[:length])
        try:
            found = read_photo(path).pixels
        except UsageError:
            continue
        np.testing.assert_array_equal(found, pixels)


def test_a_decompression_bomb_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture of too many pixels is refused by its header, before memory is spent on it."""
    monkeypatch.setattr(device.imaging.photo, "MAX_PIXELS", 1000)
    Image.new("1", (100, 11)).save(tmp_path / "bomb.png")
    Image.new("1", (100, 100)).save(tmp_path / "bigger.png")
    for name in ("bomb.png", "bigger.png"):
        with pytest.raises(UsageError, match=f"{name} has more than"):
            read_photo(tmp_path / name)


def test_pillows_own_limit_gives_the_same_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that leaves Pillow's limit where it is sees no traceback at a larger picture."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 500)
    Image.new("1", (100, 11)).save(tmp_path / "bomb.png")
    with pytest.raises(UsageError, match=r"bomb\.png has more than"):
        read_photo(tmp_path / "bomb.png")
