"""Reading a photo upright as 8-bit RGB, with the pixel values that the rig sees.

`tests/contract_vectors` holds this reading, training's and the rig's together bit for bit.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from convert.arrays import UInt8Array
from convert.errors import UsageError

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
_PROFILE_SPACES = {"L": "GRAY", "CMYK": "CMYK"}


def read_rgb(path: Path) -> UInt8Array:
    """Read a photo upright as 8-bit RGB.

    Transparent pixels are laid on white, 16-bit values keep their high byte, greyscale and CMYK
    with a profile are converted to sRGB; RGB keeps its values.

    Returns:
        uint8, (height, width, 3).

    Raises:
        UsageError: the file is missing, no picture, or of a kind that no camera writes.
    """
    image = open_picture(path)
    profile = image.info.get("icc_profile")
    # The orientation alone: Pillow's own exif_transpose writes all tags anew and fails on odd ones.
    method = _TRANSPOSE.get(image.getexif().get(_ORIENTATION_TAG, 1))
    upright = image if method is None else image.transpose(method)
    if upright.mode in ("I", "F", "LAB"):
        raise UsageError(
            f"{path} has pixels of mode {upright.mode}, which no camera writes: save it as 8-bit "
            "or 16-bit RGB"
        )
    return np.asarray(_convert_to_rgb(upright, profile), dtype=np.uint8)


def open_picture(path: Path) -> Image.Image:
    """Open and decode a picture.

    Raises:
        UsageError: the file is missing or no picture.
    """
    try:
        # By its stream: of a path Pillow maps uncompressed TIFFs, and garbles those on their side.
        with path.open("rb") as stream, warnings.catch_warnings():
            # Medium format exceeds Pillow's first limit; its second one still refuses bombs.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(stream)
            image.load()
    except FileNotFoundError as error:
        raise UsageError(f"no picture at {path}") from error
    except Image.DecompressionBombError as error:
        raise UsageError(
            f"{path} has more pixels than any camera takes: give a smaller picture"
        ) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise UsageError(
            f"{path} is not a picture that can be read: remove it or save it again"
        ) from error
    return image


def _convert_to_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode.startswith("I;16"):
        high_byte = np.asarray(image).astype(np.uint16) >> 8
        image = Image.fromarray(high_byte.astype(np.uint8))
    if image.has_transparency_data:
        opaque = Image.new("RGBA", image.size, (255, 255, 255, 255))
        opaque.alpha_composite(image.convert("RGBA"))
        return opaque.convert("RGB")
    if profile and _PROFILE_SPACES.get(image.mode) == _read_colour_space(profile):
        return _convert_to_srgb(image, profile)
    return image.convert("RGB")


def _convert_to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):  # A broken profile says nothing: go without it.
        return image.convert("RGB")
    return converted or image.convert("RGB")


def _read_colour_space(profile: bytes) -> str | None:
    """Return the data colour space in an ICC profile's header (ICC.1:2022, 7.2.8)."""
    return profile[16:20].decode("latin-1").strip() if len(profile) >= 128 else None
