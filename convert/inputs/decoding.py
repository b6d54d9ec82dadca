"""Picture files, decoded to the last byte, or refused before they are."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image

from convert.inputs.decoder_warnings import find_jpeg_damage, load_tiff
from convert.inputs.foreign_files import recognise
from convert.inputs.free_memory import measure_free_memory_bytes
from convert.inputs.one_picture import PictureError, guard_picture
from convert.inputs.png_texts import drop_large_texts

MAX_PIXELS = 200_000_000  # larger is no photo of a garment
_EMPTY_PIXELS_PER_BYTE = 1000  # no format writes a photo of anything in fewer bytes
_SMALL_PIXELS = 16_000_000  # fits into any machine's memory, whatever it shows
# At the widest moment of a measurement: decoded, as arrays, with logits of its size.
_BYTES_PER_PIXEL = 30
_MAX_FILE_BYTES = 2_000_000_000
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP")  # what cameras and annotation tools write

# The limit is ours, with a sentence of ours.
Image.MAX_IMAGE_PIXELS = None


def open_picture(path: Path, *, is_mask: bool = False) -> Image.Image:
    """Open and decode a picture; refuse one that ends early, is damaged, or would not fit.

    Args:
        path: the file.
        is_mask: whether much of it may be one value, which packs into next to nothing.

    Raises:
        PictureError: the file is missing, no picture, or cannot be used.
    """
    with guard_picture(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        content = _read_content(path)
        other = recognise(content)
        if other:
            raise PictureError(f"{path} {other}")
        # By its bytes: of a path Pillow maps uncompressed TIFFs, and garbles those on their side.
        image = Image.open(io.BytesIO(drop_large_texts(content)), formats=_FORMATS)
        _refuse_large(path, image.width * image.height, len(content), is_mask=is_mask)
        if image.format == "TIFF":
            damage = load_tiff(image)
        else:
            image.load()
            damage = find_jpeg_damage(content) if image.format in ("JPEG", "MPO") else ""
        if damage:
            raise PictureError(f"{path} is damaged inside ({damage}): copy it again")
        return image


def _read_content(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise PictureError(f"{path} is no file")  # reading a pipe would wait for ever
    size_bytes = path.stat().st_size
    if size_bytes > _MAX_FILE_BYTES:
        raise PictureError(f"{path} has {size_bytes / 1e9:.0f} GB: give a smaller picture")
    return path.read_bytes()


def _refuse_large(path: Path, pixels: int, size_bytes: int, *, is_mask: bool) -> None:
    megapixels = f"{pixels / 1e6:.0f} megapixels"
    if pixels > MAX_PIXELS:
        raise PictureError(
            f"{path} has {megapixels}, more than any camera takes: give a smaller picture"
        )
    if not is_mask and pixels > max(_SMALL_PIXELS, _EMPTY_PIXELS_PER_BYTE * size_bytes):
        raise PictureError(
            f"{path} claims {megapixels} in {size_bytes} bytes, which is damage or a trap: copy "
            "it again"
        )
    free_bytes = measure_free_memory_bytes()
    if free_bytes is not None and pixels * _BYTES_PER_PIXEL > free_bytes:
        raise PictureError(
            f"{path} has {megapixels}, which do not fit into the {free_bytes / 1e6:.0f} MB of "
            "free memory: give a smaller picture"
        )
