"""Picture files, decoded to the last byte, or refused before they are."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from train.datasets.decoder_warnings import find_jpeg_damage, load_tiff
from train.datasets.foreign_files import recognise
from train.datasets.free_memory import measure_free_memory_bytes
from train.datasets.one_picture import BrokenPictureError, guard_picture
from train.datasets.png_texts import drop_large_texts

MAX_PIXELS = 200_000_000  # larger is no photo of a garment
_EMPTY_PIXELS_PER_BYTE = 1000  # no format writes a photo of anything in fewer bytes
_SMALL_PIXELS = 16_000_000  # fits into any machine's memory, whatever it shows
# At the widest moment of an import, measured: decoded, laid on white, turned, with its masks.
_BYTES_PER_PIXEL = {"RGB": 14, "L": 14, "P": 16, "CMYK": 17, "I;16": 17}
_BYTES_PER_PIXEL_WITH_ALPHA = 28
_MAX_FILE_BYTES = 2_000_000_000
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP")  # what cameras and annotation tools write
JPEG = ("JPEG", "MPO")  # phones write MPO: a JPEG with more pictures appended

# The limit is ours, with a sentence of ours.
Image.MAX_IMAGE_PIXELS = None


def read_content(path: Path) -> bytes:
    """Read a picture's file.

    Raises:
        BrokenPictureError: it is no file, or larger than any picture.
        OSError: it cannot be read.
    """
    if path.exists() and not path.is_file():
        raise BrokenPictureError("is no file")  # reading a pipe would wait for ever
    size_bytes = path.stat().st_size
    if size_bytes > _MAX_FILE_BYTES:
        raise BrokenPictureError(f"has {size_bytes / 1e9:.0f} GB, more than any picture")
    return path.read_bytes()


def decode_whole(content: bytes, *, is_mask: bool = False) -> Image.Image:
    """Decode a picture file; refuse one that ends early, is damaged, or would not fit.

    Args:
        content: the file.
        is_mask: whether much of it may be one value, which packs into next to nothing.

    Raises:
        BrokenPictureError: the file is no picture, or cannot be used; the message says why.
    """
    with guard_picture(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = open_header(content)
        _refuse_large(image, len(content), is_mask=is_mask)
        if image.format == "TIFF":
            damage = load_tiff(image)
        else:
            image.load()
            damage = find_jpeg_damage(content) if image.format in JPEG else ""
        if damage:
            raise BrokenPictureError(f"is damaged inside ({damage})")
        return image


def refuse_unusable(path: Path) -> None:
    """Refuse a picture's file for what its header and libjpeg say, without keeping its pixels.

    Raises:
        BrokenPictureError: it is no picture, would not fit, or is damaged inside.
    """
    with guard_picture():
        content = read_content(path)
        image = open_header(content)
        _refuse_large(image, len(content), is_mask=False)
        damage = find_jpeg_damage(content) if image.format in JPEG else ""
        if damage:
            raise BrokenPictureError(f"is damaged inside ({damage})")


def open_header(content: bytes) -> Image.Image:
    """Open a file by its header.

    Raises:
        BrokenPictureError: it is no picture, or another kind of file than it seems.
    """
    other = recognise(content)
    if other:
        raise BrokenPictureError(other)
    try:
        return Image.open(io.BytesIO(drop_large_texts(content)), formats=_FORMATS)
    except UnidentifiedImageError:
        raise BrokenPictureError("is not a picture") from None


def _refuse_large(image: Image.Image, size_bytes: int, *, is_mask: bool) -> None:
    pixels = image.width * image.height
    megapixels = f"{pixels / 1e6:.0f} megapixels"
    if pixels > MAX_PIXELS:
        raise BrokenPictureError(f"has {megapixels}, more pixels than any camera takes")
    if not is_mask and pixels > max(_SMALL_PIXELS, _EMPTY_PIXELS_PER_BYTE * size_bytes):
        raise BrokenPictureError(
            f"claims {megapixels} in {size_bytes} bytes, which is damage or a trap"
        )
    free_bytes = measure_free_memory_bytes()
    needed_bytes = pixels * _BYTES_PER_PIXEL.get(image.mode, _BYTES_PER_PIXEL_WITH_ALPHA)
    if free_bytes is not None and needed_bytes > free_bytes:
        raise BrokenPictureError(
            f"has {megapixels}, which do not fit into the {free_bytes / 1e6:.0f} MB of free memory"
        )
