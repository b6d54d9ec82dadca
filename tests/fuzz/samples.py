"""Small files of each format that a rig accepts, with every kind of baggage."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

from tests.support.pictures import noise
from tests.support.tiff_files import grey_tags, pack_twelve_bits, rgb_page, write_tiff

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
Samples = dict[str, list[bytes]]
"""Files by the ending of their format."""


def make_samples() -> Samples:
    """Return what cameras, phones, scanners and programs write, small."""
    smooth = noise(6, 8).repeat(8, axis=0).repeat(8, axis=1)
    picture = Image.fromarray(smooth)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "camera"
    details: dict[int, Any] = {0x9003: "2026:07:01 12:00:00", 0x9291: "25", 0xA001: 65535}
    exif.get_ifd(0x8769).update({**details, 0xA005: {1: "R03"}})
    baggage: dict[str, Any] = {"icc_profile": _SRGB, "exif": exif}
    return {
        "jpg": _make_jpegs(picture, baggage),
        "png": _make_pngs(picture, baggage),
        "webp": [
            _save(picture, "WEBP", **baggage),
            _save(picture, "WEBP", lossless=True),
            _save(_with_alpha(picture), "WEBP", lossless=True, exact=True),
            _save(picture, "WEBP", save_all=True, append_images=[picture.rotate(180)]),
        ],
        "tif": _make_tiffs(picture, smooth, baggage),
        "bmp": [_save(picture.convert(mode), "BMP") for mode in ("RGB", "L", "1", "P", "RGBA")],
        "mpo.jpg": [
            _save(picture, "MPO", save_all=True, append_images=[picture.rotate(180)], exif=exif)
        ],
    }


def _save(picture: Image.Image, kind: str, **options: Any) -> bytes:
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def _with_alpha(picture: Image.Image) -> Image.Image:
    layered = picture.copy()
    layered.putalpha(picture.convert("L"))
    return layered


def _make_jpegs(picture: Image.Image, baggage: dict[str, Any]) -> list[bytes]:
    return [
        _save(picture, "JPEG", quality=90, **baggage),
        _save(picture, "JPEG", progressive=True, subsampling=0),
        _save(picture, "JPEG", restart_marker_blocks=2),
        _save(picture.convert("CMYK"), "JPEG"),
        _save(picture.convert("L"), "JPEG", **baggage),
    ]


def _make_pngs(picture: Image.Image, baggage: dict[str, Any]) -> list[bytes]:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "step " * 200, zip=True)
    texts.add_itxt("XML:com.adobe.xmp", "<x/>" * 100, zip=True)
    deep = Image.fromarray((np.asarray(picture.convert("L")).astype(np.uint16) << 8) + 7)
    return [
        _save(picture, "PNG", pnginfo=texts, **baggage),
        _save(_with_alpha(picture), "PNG"),
        _save(picture.convert("P"), "PNG", transparency=3),
        _save(deep, "PNG", exif=baggage["exif"]),
        _save(picture.convert("1"), "PNG"),
    ]


def _make_tiffs(
    picture: Image.Image, smooth: np.ndarray[Any, np.dtype[np.uint8]], baggage: dict[str, Any]
) -> list[bytes]:
    grey = np.asarray(picture.convert("L")).astype(np.uint16)
    height, width = grey.shape
    twelve = grey_tags(width, height, 12), pack_twelve_bits((grey << 4).astype(np.uint16))
    packings = ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")
    return [
        *(_save(picture, "TIFF", compression=packing) for packing in packings),
        _save(picture, "TIFF", **baggage),
        _save(picture.convert("1"), "TIFF", compression="group4"),
        _save(picture.convert("CMYK"), "TIFF"),
        _save(picture, "TIFF", big_tiff=True, save_all=True, append_images=[picture]),
        write_tiff([twelve], "<"),
        write_tiff([rgb_page(smooth), rgb_page(smooth[:6, :8], {254: 1})], ">"),
        write_tiff([rgb_page(smooth[:6, :8], {254: 1, 330: 0}), rgb_page(smooth)]),
    ]
