"""Reading a photo upright as 8-bit RGB, with the pixel values that the rig sees.

`tests/contract_vectors` holds this reading, training's and the rig's together bit for bit.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from convert.arrays import UInt8Array
from convert.inputs.decoding import open_picture
from convert.inputs.one_picture import PictureError, guard_picture

_ORIENTATION_TAG = 0x0112  # Exif 2.32, 4.6.4
_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262  # TIFF 6.0
_WHITE_IS_ZERO = 0  # which Pillow leaves to us in 16-bit grey
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
        PictureError: the file is missing, no picture, damaged, or of a kind that no camera writes.
    """
    with guard_picture(path):
        image = open_picture(path)
        profile = image.info.get("icc_profile")
        method = _TRANSPOSE.get(_read_orientation(image))
        if image.mode in ("I", "F", "LAB"):
            raise PictureError(
                f"{path} has pixels of mode {image.mode}, which no camera writes: save it as "
                "8-bit or 16-bit RGB"
            )
        converted = _convert_to_rgb(image, profile)
        upright = converted if method is None else converted.transpose(method)
        return np.asarray(upright, dtype=np.uint8)


def _read_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation alone: Pillow's own exif_transpose fails on odd tags."""
    try:
        tag = image.getexif().get(_ORIENTATION_TAG, 1)
        return int(tag) if tag in _TRANSPOSE else 1
    except Exception:  # noqa: BLE001 - EXIF of any form: the pixels are sound
        return 1


def _convert_to_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode.startswith("I;16"):
        image = _keep_high_bits(image)
    if image.has_transparency_data:
        opaque = Image.new("RGBA", image.size, (255, 255, 255, 255))
        opaque.alpha_composite(image.convert("RGBA"))
        return opaque.convert("RGB")
    if profile and _PROFILE_SPACES.get(image.mode) == _read_colour_space(profile):
        return _convert_to_srgb(image, profile)
    return image.convert("RGB")


def _keep_high_bits(image: Image.Image) -> Image.Image:
    """Return 16-bit grey as 8-bit; machine-vision cameras write 12 bits, and white as 0."""
    tags = getattr(image, "tag_v2", {})
    bits = tags.get(_BITS_PER_SAMPLE, (16,))
    shift = (bits[0] if isinstance(bits, tuple) else int(bits)) - 8
    levels = (np.asarray(image).astype(np.uint16) >> shift).astype(np.uint8)
    inverted = tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
    return Image.fromarray(255 - levels if inverted else levels)


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
