"""Damage inside a file, which decoders fill with grey and keep to themselves."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.system.native_stderr import capture_native_stderr, print_lines

# libjpeg warns and goes on (jerror.h of libjpeg-turbo). Pillow drops its warnings; OpenCV lets
# them go to stderr. An eighth of the size, in grey, is a quarter of a decoder's work.
_EIGHTH = cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_IGNORE_ORIENTATION
_WARNING = re.compile(rb"Corrupt JPEG data|Premature end of JPEG|Inconsistent progression")
_HARMLESS = re.compile(rb"Invalid SOS parameters|unknown JFIF|Unknown Adobe color transform")
_STRAY = re.compile(rb"Corrupt JPEG data: (\d+) extraneous bytes before marker 0xd9")
_PADDING_BYTES = 64
"""So few bytes before the end marker are a camera's padding, and nothing is lost."""


def find_jpeg_damage(content: bytes) -> str | None:
    """Return what libjpeg says about the damage inside a JPEG; None where it finds none.

    It finds blocks that were lost or overwritten and files that were cut and closed. A few bits
    that flipped change colours and leave no trace.

    Args:
        content: the file's bytes.
    """
    _, damage = _decode(np.frombuffer(content, np.uint8), _EIGHTH)
    return damage


def decode_jpeg_frame(data: UInt8Array) -> UInt8Array | None:
    """Decode one picture of a stream, upright; None where it is torn.

    Args:
        data: uint8, one axis, a JPEG.

    Returns:
        uint8, shape (height, width, 3), in BGR.
    """
    pixels, damage = _decode(data, cv2.IMREAD_COLOR)
    return None if pixels is None or damage is not None else np.asarray(pixels, dtype=np.uint8)


def _decode(data: UInt8Array, flags: int) -> tuple[cv2.typing.MatLike | None, str | None]:
    """Decode a JPEG; what comes with the pixels is libjpeg's warning about damage."""
    pixels: cv2.typing.MatLike | None = None
    # Some JPEGs are Pillow's alone, such as CMYK ones of some programs.
    with capture_native_stderr() as lines, contextlib.suppress(cv2.error):
        pixels = cv2.imdecode(data, flags)
    warnings = [line for line in lines if _WARNING.search(line)]
    others = [line for line in lines if not (_WARNING.search(line) or _HARMLESS.search(line))]
    print_lines(others)
    for warning in warnings:
        stray = _STRAY.search(warning)
        if stray is None or int(stray.group(1)) > _PADDING_BYTES:
            return pixels, warning.decode("ascii", "replace").strip()
    return pixels, None


# What libtiff reports of pixels, and what of tags and anything else (its error handler's lines).
_TIFF_PIXELS = re.compile(
    rb"^(?:Fax\w*|LZW\w*|ZIP\w*|ZSTD\w*|PackBits\w*|JPEG\w*|Log\w*|Pixar\w*|TIFFFill\w*"
    rb"|TIFFRead(?:Enc|Raw|Scan|Buf)\w*|TIFFDecode\w*): |Using code not yet in table"
)
_TIFF_OTHER = re.compile(rb"^(?:_?TIFF\w+|[^:\s]+\.tif): ")


@contextlib.contextmanager
def collect_tiff_damage(kind: str | None) -> Iterator[list[str]]:
    """Collect what libtiff prints about pixels that it could not decode, and went on.

    Args:
        kind: the file's format; nothing is done for others than TIFF.

    Yields:
        A list that holds the sentences after the block.
    """
    found: list[str] = []
    if kind != "TIFF":
        yield found
        return
    lines: list[bytes] = []
    try:
        with capture_native_stderr() as lines:
            yield found
    finally:
        damage = [line for line in lines if _TIFF_PIXELS.search(line)]
        print_lines([line for line in lines if line not in damage and not _TIFF_OTHER.match(line)])
        found += [line.decode("ascii", "replace").strip() for line in damage]
