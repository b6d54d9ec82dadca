"""Reads an image file to a frame: upright, 8-bit RGB, with its ICC profile."""

from __future__ import annotations

import io
import time
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from device.errors import UsageError
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
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
_WHITE = (255, 255, 255, 255)
_ORIENTATION_TAG = 0x0112  # Exif 2.32, 4.6.4
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def is_photo(path: Path) -> bool:
    """Say whether a file in a folder is to be read as a photo, by its name alone."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def read_photo(path: Path, *, sequence: int = 0) -> Frame:
    """Read an image file.

    The EXIF orientation is applied. 16-bit values keep their high byte. Transparent pixels
    are composed on white. CMYK and greyscale pictures with a profile are converted to sRGB;
    an RGB picture keeps its values and its profile.

    Args:
        path: the file; the first picture of one that holds several.
        sequence: the frame's number at its source.

    Returns:
        A frame in RGB; ``captured_at`` is the file's time of last change.

    Raises:
        UsageError: the file is missing, empty, cut short, too large or no image.
    """
    if not is_file(path):
        raise UsageError(f"{path} is not a file: give an image or a folder of images")
    try:
        changed_at = path.stat().st_mtime
        pixels, profile = _decode(path)
    except UnidentifiedImageError:
        raise UsageError(
            f"{path} is not an image that can be read: give a {FORMAT_NAMES} file"
        ) from None
    except Image.DecompressionBombError:
        raise _too_large(path) from None
    except PermissionError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}): give this user the right to read it"
        ) from None
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        # Pillow's plugins raise any of these on a damaged file.
        detail = " ".join(str(error).split())[:100] or type(error).__name__
        raise UsageError(f"{path} is damaged or cut short ({detail}): copy it again") from None
    return Frame(
        pixels=pixels,
        colour_order="RGB",
        captured_at=datetime.fromtimestamp(changed_at, timezone.utc),
        monotonic_s=time.monotonic(),
        sequence=sequence,
        source=path.name,
        stem=path.stem,
        icc_profile=profile,
    )


def _decode(path: Path) -> tuple[UInt8Array, bytes | None]:
    # By its stream: of a path Pillow maps uncompressed TIFFs, and garbles those that lie on a side.
    with path.open("rb") as stream, Image.open(stream, formats=_FORMATS) as file:
        if file.width * file.height > MAX_PIXELS:
            raise _too_large(path)
        _check_density(path, file.width * file.height)
        profile = file.info.get("icc_profile")
        file.load()
        # The orientation alone: Pillow's own exif_transpose writes all tags anew, and fails where
        # one is of another type than the standard's.
        method = _TRANSPOSE.get(file.getexif().get(_ORIENTATION_TAG, 1))
        upright = file if method is None else file.transpose(method)
        picture, profile = _to_rgb(path, upright, profile or None)
    return np.array(picture, dtype=np.uint8), profile


def _too_large(path: Path) -> UsageError:
    return UsageError(
        f"{path} has more than {MAX_PIXELS // 1_000_000} megapixels: give a smaller picture"
    )


def _check_density(path: Path, pixels: int) -> None:
    """Refuse a small file that would unfold into a large picture of nothing."""
    size_bytes = path.stat().st_size
    if pixels > max(_SMALL_PIXELS, _EMPTY_PIXELS_PER_BYTE * size_bytes):
        raise UsageError(
            f"{path} claims {pixels // 1_000_000} megapixels in {size_bytes} bytes, which is"
            " damage or a trap: copy it again"
        )


def _to_rgb(
    path: Path, picture: Image.Image, profile: bytes | None
) -> tuple[Image.Image, bytes | None]:
    if picture.mode in {"I", "F", "LAB"}:
        raise UsageError(
            f"{path} has pixels of mode {picture.mode}, which no camera writes: "
            "save it as 8-bit or 16-bit RGB"
        )
    if picture.mode.startswith("I;16"):
        high_byte = np.asarray(picture).astype(np.uint16) >> 8
        picture = Image.fromarray(high_byte.astype(np.uint8))
    if picture.has_transparency_data:
        opaque = Image.new("RGBA", picture.size, _WHITE)
        opaque.alpha_composite(picture.convert("RGBA"))
        return opaque.convert("RGB"), profile if _read_colour_space(profile) == "RGB" else None
    if picture.mode == "RGB":
        return picture, profile if _read_colour_space(profile) == "RGB" else None
    if profile and _read_colour_space(profile) == {"CMYK": "CMYK", "L": "GRAY"}.get(picture.mode):
        return _to_srgb(picture, profile)
    keeps = picture.mode == "P" and _read_colour_space(profile) == "RGB"
    return picture.convert("RGB"), profile if keeps else None


def _to_srgb(picture: Image.Image, profile: bytes) -> tuple[Image.Image, bytes | None]:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):  # A broken profile says nothing of the colours.
        return picture.convert("RGB"), None
    return converted or picture.convert("RGB"), srgb.tobytes()


def _read_colour_space(profile: bytes | None) -> str | None:
    """Return the data colour space in an ICC profile's header (ICC.1:2022, 7.2.8)."""
    return profile[16:20].decode("latin-1").strip() if profile and len(profile) >= 128 else None
