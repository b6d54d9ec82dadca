"""Reads an image file to a frame: upright, 8-bit RGB, with its ICC profile."""

from __future__ import annotations

import errno
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from device.contract.content_type import PNG_SIGNATURE
from device.imaging.adobe_rgb import build_adobe_rgb, is_adobe_rgb
from device.imaging.arrays import UInt8Array
from device.imaging.damage import collect_tiff_damage, find_jpeg_damage
from device.imaging.frame import Frame
from device.imaging.memory_check import (
    READ_BYTES_PER_PIXEL,
    READ_BYTES_PER_PIXEL_OF,
    READ_BYTES_PER_PIXEL_PROGRESSIVE,
    refuse_too_large,
)
from device.imaging.photo_time import read_change_time, read_exif_time
from device.imaging.picture_error import PictureError, UnreadableError, name_picture
from device.imaging.png_texts import LARGEST_PROFILE_BYTES, LeanPng
from device.imaging.raw_files import refuse_raw
from device.imaging.rgb_rows import convert_to_rgb
from device.system.path_check import is_file

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp"})
MAX_PIXELS = 200_000_000
"""Larger is no photo of a garment: a decompression bomb, or a mistake."""
_EMPTY_PIXELS_PER_BYTE = 1000
"""No format writes a picture of anything in fewer bytes, not even a white wall as JPEG."""
_SMALL_PIXELS = 16_000_000
"""Pictures up to this size fit into any rig's memory, whatever they show."""

# Only what a studio delivers: Pillow's other decoders are attack surface without a user.
# Its JPEG opens phones' MPO too.
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP")
FORMAT_NAMES = "JPEG, PNG, TIFF, WebP or BMP"
_JPEGS = ("JPEG", "MPO")
_ORIENTATION_TAG = 0x0112  # Exif 2.32, 4.6.4

# A damaged file makes decoders seek to places that there are not.
_ERRNOS_OF_DAMAGE = (None, errno.EINVAL, errno.EOVERFLOW)

# Larger ones are left out before Pillow sees them, see `LeanPng`.
PngImagePlugin.MAX_TEXT_CHUNK = LARGEST_PROFILE_BYTES


class _Decoded(NamedTuple):
    pixels: UInt8Array
    profile: bytes | None
    orientation: object
    taken_at: datetime | None
    is_jpeg: bool
    damage: str | None


def is_photo(path: Path) -> bool:
    """Say whether a file in a folder is to be read as a photo, by its name alone."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def read_photo(path: Path, *, sequence: int = 0) -> Frame:
    """Read an image file.

    The EXIF orientation is applied. 16-bit values keep their high byte. Transparent pixels
    are composed on white. CMYK and greyscale pictures with a profile are converted to sRGB;
    an RGB picture keeps its values and its profile, or gets that of Adobe RGB where its EXIF
    names that colour space.

    Args:
        path: the file; the first picture of one that holds several.
        sequence: the frame's number at its source.

    Returns:
        A frame in RGB; ``captured_at`` is when the photo was taken by its own Exif, else the
        file's time of last change.

    Raises:
        UsageError: the file is missing, empty, cut short, too large, a raw file or no image.
            Nothing else is ever raised, whatever the file holds.
    """
    with name_picture(path, "read"):
        if not is_file(path):
            raise PictureError(f"{path} is not a file: give an image or a folder of images")
        changed_at = read_change_time(path)
        decoded = _decode(path)
        return Frame(
            pixels=decoded.pixels,
            colour_order="RGB",
            captured_at=decoded.taken_at or changed_at,
            monotonic_s=time.monotonic(),
            sequence=sequence,
            source=path.name,
            stem=path.stem,
            icc_profile=decoded.profile,
            read_at=datetime.now(timezone.utc),
            damage=decoded.damage,
        )


def _decode(path: Path) -> _Decoded:
    try:
        refuse_raw(path)
        with path.open("rb") as stream:
            return _decode_stream(path, stream)
    except UnidentifiedImageError:
        raise PictureError(
            f"{path} is not an image that can be read: give a {FORMAT_NAMES} file"
        ) from None
    except Image.DecompressionBombError:
        raise _too_large(path) from None
    except PermissionError as error:
        raise UnreadableError(
            f"{path} cannot be read ({error.strerror}): give this user the right to read it"
        ) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        # Pillow's plugins raise any of these on a damaged file, OSError without a number.
        if isinstance(error, OSError) and error.errno not in _ERRNOS_OF_DAMAGE:
            raise UnreadableError(
                f"{path} cannot be read ({error.strerror}): try again, and see whether its disk or"
                " share works"
            ) from error
        detail = " ".join(str(error).split())[:100] or type(error).__name__
        raise PictureError(f"{path} is damaged or cut short ({detail}): copy it again") from None


def _decode_stream(path: Path, stream: BinaryIO) -> _Decoded:
    decoded = _decode_stored(path, stream)  # Here the decoder's own memory is free again.
    damage = decoded.damage
    if decoded.is_jpeg:
        stream.seek(0)
        damage = find_jpeg_damage(stream.read())
    upright = _turn_upright(decoded.pixels, decoded.orientation)
    return decoded._replace(pixels=upright, damage=damage)


def _decode_stored(path: Path, stream: BinaryIO) -> _Decoded:
    """Decode a picture as it is stored."""
    is_png = stream.read(len(PNG_SIGNATURE)) == PNG_SIGNATURE
    stream.seek(0)
    # By its stream: of a path Pillow maps uncompressed TIFFs, and garbles those that lie on a side.
    source = cast("BinaryIO", LeanPng(stream)) if is_png else stream
    with Image.open(source, formats=_FORMATS) as file:
        _check_size(path, file)
        with collect_tiff_damage(file.format) as damage:
            file.load()
        # The orientation alone: Pillow's own exif_transpose writes all tags anew, and fails where
        # one is of another type than the standard's.
        exif = _read_exif(file)
        profile = file.info.get("icc_profile")
        if not profile and file.mode == "RGB" and is_adobe_rgb(exif):
            profile = build_adobe_rgb()
        pixels, profile = convert_to_rgb(path, file, profile or None)
        return _Decoded(
            pixels,
            profile,
            exif.get(_ORIENTATION_TAG, 1),
            read_exif_time(exif),
            file.format in _JPEGS,
            next(iter(damage), None),
        )


def _check_size(path: Path, file: Image.Image) -> None:
    """Refuse a picture by its header, before memory is spent on it."""
    pixels = file.width * file.height
    if pixels > MAX_PIXELS:
        raise _too_large(path)
    _check_density(path, pixels)
    each_bytes = READ_BYTES_PER_PIXEL_OF.get(str(file.format), READ_BYTES_PER_PIXEL)
    if file.info.get("progressive"):
        each_bytes = READ_BYTES_PER_PIXEL_PROGRESSIVE
    refuse_too_large(path, file.size, pixels * each_bytes)


def _read_exif(file: Image.Image) -> Image.Exif:
    """Return a picture's Exif; empty where it is damaged, as viewers take it."""
    try:
        return file.getexif()
    except Exception:  # noqa: BLE001 - Pillow raises anything, and the pixels are whole.
        return Image.Exif()


def _turn_upright(pixels: UInt8Array, orientation: object) -> UInt8Array:
    if orientation in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def _too_large(path: Path) -> PictureError:
    return PictureError(
        f"{path} has more than {MAX_PIXELS // 1_000_000} megapixels: give a smaller picture"
    )


def _check_density(path: Path, pixels: int) -> None:
    """Refuse a small file that would unfold into a large picture of nothing."""
    size_bytes = path.stat().st_size
    if pixels > max(_SMALL_PIXELS, _EMPTY_PIXELS_PER_BYTE * size_bytes):
        raise PictureError(
            f"{path} claims {pixels // 1_000_000} megapixels in {size_bytes} bytes, which is"
            " damage or a trap: copy it again"
        )
