"""From a decoded picture of any mode to 8-bit RGB, in rows: only a part lies in memory twice."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageCms

from device.imaging.arrays import UInt8Array
from device.imaging.picture_error import PictureError

_STRIP_PIXELS = 1_000_000
_WHITE = (255, 255, 255, 255)
_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262
_WHITE_IS_ZERO = 0

Converter = Callable[[Image.Image], Image.Image]


def convert_to_rgb(
    source: object, picture: Image.Image, profile: bytes | None
) -> tuple[UInt8Array, bytes | None]:
    """Convert a picture.

    Args:
        source: what to call it in an error.
        picture: decoded.
        profile: its ICC profile.

    Returns:
        uint8 (height, width, 3), and the profile that describes these values.

    Raises:
        PictureError: its pixels are of a kind that no camera writes.
    """
    if picture.mode in {"I", "F", "LAB"}:
        raise PictureError(
            f"{source} has pixels of mode {picture.mode}, which no camera writes: "
            "save it as 8-bit or 16-bit RGB"
        )
    convert, profile = _choose_converter(picture, profile)
    pixels = np.empty((picture.height, picture.width, 3), np.uint8)
    rows = max(1, _STRIP_PIXELS // picture.width)
    for top in range(0, picture.height, rows):
        bottom = min(picture.height, top + rows)
        strip = picture.crop((0, top, picture.width, bottom))
        pixels[top:bottom] = np.asarray(convert(strip), dtype=np.uint8)
    return pixels, profile


def _choose_converter(
    picture: Image.Image, profile: bytes | None
) -> tuple[Converter, bytes | None]:
    described = _read_colour_space(profile)
    rgb_profile = profile if described == "RGB" else None
    if picture.mode.startswith("I;16"):
        shift, inverted = _read_depth(picture)
        convert, kept = _choose_profiled("L", profile if described == "GRAY" else None)
        return lambda strip: convert(_to_eight_bits(strip, shift, inverted=inverted)), kept
    if picture.has_transparency_data:
        return _lay_on_white, rgb_profile
    if picture.mode == "RGB":
        return lambda strip: strip, rgb_profile
    if picture.mode == "L":
        return _choose_profiled("L", profile if described == "GRAY" else None)
    if picture.mode == "CMYK" and described == "CMYK":
        return _choose_profiled("CMYK", profile)
    return lambda strip: strip.convert("RGB"), rgb_profile if picture.mode == "P" else None


def _choose_profiled(mode: str, profile: bytes | None) -> tuple[Converter, bytes | None]:
    """Return what converts to sRGB by a profile; a broken one says nothing of the colours."""
    if profile is not None:
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            transform = ImageCms.buildTransform(source, srgb, mode, "RGB")
            probe = ImageCms.applyTransform(Image.new(mode, (1, 1)), transform)
        except (ImageCms.PyCMSError, OSError):
            probe = None
        if probe is not None:
            return lambda strip: _apply(strip, transform), srgb.tobytes()
    return lambda strip: strip.convert("RGB"), None


def _apply(strip: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    return ImageCms.applyTransform(strip, transform) or strip.convert("RGB")


def _lay_on_white(strip: Image.Image) -> Image.Image:
    opaque = Image.new("RGBA", strip.size, _WHITE)
    opaque.alpha_composite(strip.convert("RGBA"))
    return opaque.convert("RGB")


def _read_depth(picture: Image.Image) -> tuple[int, bool]:
    """Return by how many bits deep grey values go down to eight, and whether 0 is white."""
    tags = getattr(picture, "tag_v2", {})
    bits = tags.get(_BITS_PER_SAMPLE, (16,))
    inverted = tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO  # Pillow leaves this to us.
    return (bits[0] if isinstance(bits, tuple) else int(bits)) - 8, inverted


def _to_eight_bits(strip: Image.Image, shift: int, *, inverted: bool) -> Image.Image:
    levels = (np.asarray(strip).astype(np.uint16) >> shift).astype(np.uint8)
    return Image.fromarray(255 - levels if inverted else levels)


def _read_colour_space(profile: bytes | None) -> str | None:
    """Return the data colour space in an ICC profile's header (ICC.1:2022, 7.2.8)."""
    return profile[16:20].decode("latin-1").strip() if profile and len(profile) >= 128 else None
