"""Photos read from disk, checked to the last byte and turned upright."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from train.arrays import UInt8Array
from train.datasets.decoding import JPEG, decode_whole, open_header, read_content
from train.datasets.one_picture import BrokenPictureError, guard_picture

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
_EXIF_ORIENTATION = 0x0112
_PROFILE_SPACES = {"L": "GRAY", "CMYK": "CMYK"}
_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262  # TIFF 6.0
_WHITE_IS_ZERO = 0  # which Pillow leaves to us in 16-bit grey


def is_hidden(path: Path, base: Path) -> bool:
    """Return whether a file, or a folder between it and ``base``, is not for people.

    Thumbnails, metadata that archive tools add, and imports in progress have names with a leading
    dot, or lie in ``__MACOSX``.
    """
    parts = path.relative_to(base).parts
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


@dataclass(frozen=True, slots=True)
class Photograph:
    """A decoded photo.

    Attributes:
        pixels: uint8 RGB (height, width, 3), upright.
        suffix: ``.jpg`` or ``.png``, the format to store it in.
        content: the bytes of the file, or None if they cannot be kept and the pixels must be
            encoded again.
        orientation: EXIF orientation of the file, 1 to 8, already applied to the pixels.
        remark: how the pixels differ from those of the file, "" if they do not.
    """

    pixels: UInt8Array
    suffix: str
    content: bytes | None
    orientation: int
    remark: str

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels, upright."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def stored_size(self) -> tuple[int, int]:
        """Height and width in pixels as stored, before EXIF turns the photo."""
        return self.size if self.orientation < 5 else (self.size[1], self.size[0])


def turn_upright(pixels: npt.NDArray[np.generic], orientation: int) -> npt.NDArray[np.generic]:
    """Turn an array (height, width, …) by an EXIF orientation, 1 to 8 (Exif 2.32, tag 0x0112)."""
    if orientation in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def read_photograph(photo: Path | bytes) -> Photograph:
    """Read a photo from its file or its bytes, as 8-bit RGB with the values that the rig sees.

    Transparent pixels are laid on white, 16-bit values keep their high byte, greyscale and CMYK
    with a profile are converted to sRGB; RGB keeps its values. `tests/contract_vectors` holds this
    reading, conversion's and the rig's together bit for bit.

    Raises:
        BrokenPictureError: the file is missing, no picture, damaged, or would not fit.
    """
    with guard_picture():
        content = photo if isinstance(photo, bytes) else read_content(photo)
        image = decode_whole(content)
        orientation = read_orientation(image)
        pixels, remark = _convert_to_rgb(image)
        opaque = image.mode == "RGB" and "transparency" not in image.info
        plain = opaque and orientation == 1 and image.format in (*JPEG, "PNG")
        return Photograph(
            pixels=np.asarray(turn_upright(pixels, orientation), np.uint8),
            suffix=".jpg" if image.format in JPEG else ".png",
            content=content if plain else None,
            orientation=orientation,
            remark=remark,
        )


@dataclass(frozen=True, slots=True)
class Extent:
    """Height and width of a photo in pixels.

    Attributes:
        stored: as its rows lie in the file.
        upright: as EXIF turns it.
    """

    stored: tuple[int, int]
    upright: tuple[int, int]


def read_extent(photo: Path | bytes) -> Extent:
    """Read a photo's size from its header.

    Raises:
        BrokenPictureError: the file is missing, no picture, or damaged.
    """
    with guard_picture():
        image = open_header(photo if isinstance(photo, bytes) else read_content(photo))
        stored = image.height, image.width
        turned = read_orientation(image) >= 5
        return Extent(stored, (image.width, image.height) if turned else stored)


def read_orientation(image: Image.Image) -> int:
    """Return a picture's EXIF orientation, 1 to 8; 1 where EXIF says nothing that makes sense."""
    try:
        tag = image.getexif().get(_EXIF_ORIENTATION, 1)
        return int(tag) if tag in range(1, 9) else 1  # some cameras write 0, or text
    except Exception:  # noqa: BLE001 - EXIF of any form: the pixels are sound
        return 1


def _convert_to_rgb(image: Image.Image) -> tuple[UInt8Array, str]:
    """Return 8-bit RGB, (height, width, 3), and a remark on the conversion, or ""."""
    if image.mode in ("I", "F", "LAB"):
        raise BrokenPictureError(f"has pixels of mode {image.mode}, which no camera writes")
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):
        image = _keep_high_bits(image)
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        canvas = Image.new("RGBA", image.size, "white")
        canvas.alpha_composite(layered)
        lowest = layered.getchannel("A").getextrema()[0]
        remark = "has transparent pixels, laid on white" if lowest != 255 else ""
        return np.asarray(canvas.convert("RGB")), remark
    if profile and _PROFILE_SPACES.get(image.mode) == _read_colour_space(profile):
        return np.asarray(_convert_to_srgb(image, profile)), ""
    remark = "is CMYK, turned to RGB without its profile" if image.mode == "CMYK" else ""
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB")), remark


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
    except (ImageCms.PyCMSError, OSError):  # a broken profile says nothing: go without it
        return image.convert("RGB")
    return converted or image.convert("RGB")


def _read_colour_space(profile: bytes) -> str | None:
    """Return the data colour space in an ICC profile's header (ICC.1:2022, 7.2.8)."""
    return profile[16:20].decode("latin-1").strip() if len(profile) >= 128 else None


def encode_picture(picture: UInt8Array, suffix: str) -> bytes:
    """Encode 8-bit RGB as PNG, or as JPEG that is visually lossless and keeps full colour."""
    buffer = io.BytesIO()
    if suffix == ".jpg":
        Image.fromarray(picture).save(buffer, "JPEG", quality=95, subsampling=0)
    else:
        Image.fromarray(picture).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()
