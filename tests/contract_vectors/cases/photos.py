"""Photo files for the vectors: orientations, greys, alphas and profiles."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.contract_vectors.reference import photos as reference
from tests.contract_vectors.reference.photos import UInt8Array
from tests.support.tiff_files import grey_tags, pack_twelve_bits, rgb_page, write_tiff

ORIENTATION = 0x0112
IMAGE_WIDTH = 0x0100


@dataclass(frozen=True)
class Photo:
    """A file and the pixels that it shows.

    Attributes:
        file: its name.
        content: its bytes.
        pixels: uint8 RGB (height, width, 3), upright; None where it must be refused.
        within_levels: how far a right reading may be off, for what is lossy or rounded.
    """

    file: str
    content: bytes
    pixels: UInt8Array | None
    within_levels: int = 0


def draw_photos() -> list[Photo]:
    """Draw them all."""
    return [*_orientations(), *_greys(), *_alphas(), *_others(), *_foreign()]


def _scene() -> UInt8Array:
    """7 by 11 pixels, no two alike, so that every turn and mirror shows."""
    return np.random.default_rng(134).integers(0, 256, (7, 11, 3), dtype=np.uint8)


def _blocks() -> UInt8Array:
    """32 by 48 pixels of flat blocks that JPEG keeps nearly as they are."""
    colours = np.random.default_rng(135).integers(40, 216, (2, 3, 3), dtype=np.uint8)
    return colours.repeat(16, axis=0).repeat(16, axis=1)


def _encode(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


def _orientations() -> list[Photo]:
    scene, blocks = _scene(), _blocks()
    found = []
    for orientation in range(1, 9):
        for suffix, kind in (("png", "PNG"), ("tif", "TIFF")):
            content = _encode(Image.fromarray(scene), kind, exif=_exif(orientation))
            upright = reference.turn_upright(scene, orientation)
            found.append(Photo(f"orientation-{orientation}.{suffix}", content, upright))
        options = {"quality": 100, "subsampling": 0, "exif": _exif(orientation)}
        content = _encode(Image.fromarray(blocks), "JPEG", **options)
        upright = reference.turn_upright(blocks, orientation)
        found.append(Photo(f"orientation-{orientation}.jpg", content, upright, 3))
    for wrong in (0, 9):
        content = _encode(Image.fromarray(scene), "PNG", exif=_exif(wrong))
        found.append(Photo(f"orientation-{wrong}.png", content, scene))
    upright = reference.turn_upright(blocks, 6)
    found.append(Photo("odd-tag.jpg", _jpeg_with_odd_tag(blocks), upright, 3))
    return found


def _jpeg_with_odd_tag(stored: UInt8Array) -> bytes:
    """A JPEG on its side whose EXIF has text where the standard has a number."""
    data = _encode(Image.fromarray(stored), "JPEG", quality=100, subsampling=0)
    tags = [
        struct.pack("<HHI", IMAGE_WIDTH, 2, 4) + b"abc\0",
        struct.pack("<HHI", ORIENTATION, 3, 1) + struct.pack("<HH", 6, 0),
    ]
    block = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(tags)) + b"".join(tags) + bytes(4)
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + data[2:]


def _greys() -> list[Photo]:
    grey = np.ascontiguousarray(_scene()[..., 0])
    flat = reference.grey_to_rgb(grey)
    deep = np.asarray(
        grey.astype(np.uint16) * 256 + 200, np.uint16
    )  # rounding would go up, the high byte does not
    bilevel = Image.fromarray(grey >= 128)
    profiled = reference.gamma_to_srgb(grey, 1.8)
    profile = gamma_profile(1.8)
    upright = reference.turn_upright(flat, 6)
    real = _encode(Image.fromarray(grey.astype(np.float32)), "TIFF")
    turned = _encode(Image.fromarray(grey), "TIFF", exif=_exif(6))
    return [
        Photo("grey-turned.tif", turned, upright),
        Photo("grey.png", _encode(Image.fromarray(grey), "PNG"), flat),
        Photo("grey-turned.png", _encode(Image.fromarray(grey), "PNG", exif=_exif(6)), upright),
        Photo("grey-16-bit.png", _encode(Image.fromarray(deep), "PNG"), flat),
        Photo("grey-16-bit.tif", _encode(Image.fromarray(deep), "TIFF"), flat),
        Photo("grey-big-endian.tif", _big_endian_tiff(deep), flat),
        Photo(
            "grey-profile.png",
            _encode(Image.fromarray(grey), "PNG", icc_profile=profile),
            profiled,
            2,
        ),
        Photo(
            "grey-16-bit-profile.tif",
            _encode(Image.fromarray(deep), "TIFF", icc_profile=profile),
            profiled,
            2,
        ),
        Photo(
            "grey-broken-profile.png",
            _encode(Image.fromarray(grey), "PNG", icc_profile=profile[:150]),
            flat,
        ),
        Photo(
            "bilevel.png",
            _encode(bilevel, "PNG"),
            reference.grey_to_rgb(np.where(grey >= 128, 255, 0).astype(np.uint8)),
        ),
        Photo("grey-float.tif", real, None),
        Photo("grey-32-bit.tif", _encode(Image.fromarray(grey.astype(np.int32)), "TIFF"), None),
    ]


def _big_endian_tiff(deep: np.ndarray[tuple[int, ...], np.dtype[np.uint16]]) -> bytes:
    height, width = deep.shape
    data = deep.astype(">u2").tobytes()
    entries = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, 16),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8 + 2 + 9 * 12 + 4),
        (277, 3, 1),
        (278, 4, height),
        (279, 4, len(data)),
    ]
    head = b"MM\0*" + struct.pack(">IH", 8, len(entries))
    for tag, kind, value in entries:
        packed = struct.pack(">HH", value, 0) if kind == 3 else struct.pack(">I", value)
        head += struct.pack(">HHI", tag, kind, 1) + packed
    return head + bytes(4) + data


def gamma_profile(gamma: float) -> bytes:
    """An ICC profile of grey with a pure power curve (ICC.1:2001-04, 6.3.1.2)."""
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in (0.9642, 1, 0.8249)))
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    text = b"text\0\0\0\0none\0\0\0\0"
    start = 128 + 4 + 3 * 12
    table, data = struct.pack(">I", 3), b""
    for name, content in ((b"wtpt", white), (b"kTRC", curve), (b"cprt", text)):
        table += name + struct.pack(">II", start + len(data), len(content))
        data += content
    header = struct.pack(
        ">I4sI4s4s4s", start + len(data), b"none", 0x02400000, b"mntr", b"GRAY", b"XYZ "
    )
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += struct.pack(">3i", 63190, 65536, 54061) + bytes(48)
    return header + table + data


def _foreign() -> list[Photo]:
    """Raw files and thumbnails under a photo's name, deep greys, and a PNG full of text."""
    scene = np.ascontiguousarray(_scene()[:6, :8])
    grey = np.ascontiguousarray(scene[..., 0])
    deep = (grey.astype(np.uint16) << 4) + 9
    twelve = write_tiff([(grey_tags(8, 6, 12), pack_twelve_bits(deep.astype(np.uint16)))])
    inverted = (255 - grey).astype("<u2") * 256
    negative = write_tiff([(grey_tags(8, 6, 16, photometric=0), inverted.tobytes())])
    sensor = grey_tags(80, 60, 12, photometric=32803), bytes(80 * 60 * 12 // 8)
    large = np.ascontiguousarray(scene.repeat(4, axis=0).repeat(4, axis=1))
    text = b"Comment\0\0" + zlib.compress(b"a step of the history; " * 60_000, 9)
    png = _encode(Image.fromarray(scene), "PNG")
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + text))
    return [
        Photo("raw.jpg", write_tiff([rgb_page(scene, {254: 1, 330: 0}), sensor]), None),
        Photo("raw.tif", write_tiff([rgb_page(scene, {254: 1, 330: 0}), sensor], ">"), None),
        Photo("thumbnail-first.tif", write_tiff([rgb_page(scene), rgb_page(large)]), None),
        Photo("photo-first.tif", write_tiff([rgb_page(scene), rgb_page(scene[:2, :2])]), scene),
        Photo("grey-12-bit.tif", twelve, reference.grey_to_rgb(grey)),
        Photo("grey-white-is-zero.tif", negative, reference.grey_to_rgb(grey)),
        Photo("much-text.png", png[:33] + chunk + png[33:], scene),
    ]


def _alphas() -> list[Photo]:
    scene = _scene()
    alpha = np.ascontiguousarray(np.random.default_rng(136).integers(0, 256, (7, 11), np.uint8))
    alpha[0], alpha[1] = 0, 255
    rgba, white = np.dstack([scene, alpha]), reference.lay_on_white(scene, alpha)
    grey = np.ascontiguousarray(scene[..., 0])
    layered = Image.merge("LA", (Image.fromarray(grey), Image.fromarray(alpha)))
    grey_white = reference.lay_on_white(reference.grey_to_rgb(grey), alpha)
    key = scene[3, 4]
    keyed = np.where((scene == key).all(axis=-1)[..., None], 255, scene).astype(np.uint8)
    palette = Image.fromarray(grey % 4).convert("L").convert("P")
    colours = np.array([[200, 30, 40], [10, 220, 50], [0, 0, 250], [90, 90, 90]], np.uint8)
    palette.putpalette(colours.tobytes())
    chosen = colours[np.asarray(palette) % 4]
    through = np.where(np.asarray(palette) == 2, 0, 255).astype(np.uint8)
    turned = reference.turn_upright(white, 8)
    return [
        Photo("alpha.png", _encode(Image.fromarray(rgba), "PNG"), white, 1),
        Photo("alpha-turned.png", _encode(Image.fromarray(rgba), "PNG", exif=_exif(8)), turned, 1),
        Photo(
            "alpha.webp",
            _encode(Image.fromarray(rgba), "WEBP", lossless=True, exact=True),
            white,
            1,
        ),
        Photo("alpha-grey.png", _encode(layered, "PNG"), grey_white, 1),
        Photo(
            "alpha-colour-key.png",
            _encode(Image.fromarray(scene), "PNG", transparency=tuple(int(v) for v in key)),
            keyed,
        ),
        Photo("palette.png", _encode(palette, "PNG"), chosen),
        Photo(
            "alpha-palette.png",
            _encode(palette, "PNG", transparency=2),
            reference.lay_on_white(chosen, through),
        ),
    ]


def _others() -> list[Photo]:
    scene = _scene()
    inks = np.dstack([scene, np.ascontiguousarray(scene[..., 1] // 2)])
    cmyk = Image.frombytes("CMYK", (11, 7), inks.tobytes())
    one = np.full((1, 1, 3), (12, 200, 99), np.uint8)
    srgb = gamma_profile(1.8).replace(b"GRAY", b"RGB ")  # read by its header alone
    row = np.ascontiguousarray(scene[:1])
    return [
        Photo("cmyk.tif", _encode(cmyk, "TIFF"), reference.cmyk_to_rgb(inks), 1),
        Photo("one-pixel.png", _encode(Image.fromarray(one), "PNG"), one),
        Photo(
            "one-row-turned.png",
            _encode(Image.fromarray(row), "PNG", exif=_exif(6)),
            reference.turn_upright(row, 6),
        ),
        Photo("profile.png", _encode(Image.fromarray(scene), "PNG", icc_profile=srgb), scene),
        Photo("bitmap.bmp", _encode(Image.fromarray(scene), "BMP"), scene),
        Photo("lab.tif", _encode(Image.frombytes("LAB", (11, 7), scene.tobytes()), "TIFF"), None),
        Photo("cut-short.png", _encode(Image.fromarray(scene), "PNG")[:-60], None),
        Photo("no-picture.jpg", b"not a picture", None),
        Photo("nothing.png", b"", None),
    ]
