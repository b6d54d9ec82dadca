"""TIFF files written by hand: raw files' structure, deep greys."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Tags = Mapping[int, int | bytes | Sequence[int]]
"""By tag: a number, text, or several numbers."""


def write_tiff(pages: Sequence[tuple[Tags, bytes]], order: str = "<") -> bytes:
    """A TIFF of pages with their tags and pixels; 330 points to the page after this one."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    sizes = [2 + 12 * (len(tags) + 2) + 4 for tags, _ in pages]
    starts = [8 + sum(sizes[:number]) for number in range(len(pages) + 1)]
    extra_at, extra, directories = starts[-1], b"", b""
    for number, (tags, pixels) in enumerate(pages):
        values: dict[int, int | bytes | Sequence[int]] = dict(tags)
        if 330 in values:
            values[330] = starts[number + 1]
        values |= {273: extra_at + len(extra), 279: len(pixels)}
        extra += pixels
        entries = b""
        for tag, value in sorted(values.items()):
            kind, count, data = _pack(tag, value, order)
            if len(data) > 4:
                place = struct.pack(order + "I", extra_at + len(extra))
                extra += data
            else:
                place = data.ljust(4, b"\0")
            entries += struct.pack(order + "HHI", tag, kind, count) + place
        linked = 330 not in values and number + 1 < len(pages)
        following = starts[number + 1] if linked else 0
        directories += struct.pack(order + "H", len(values)) + entries
        directories += struct.pack(order + "I", following)
    return head + directories + extra


def grey_tags(width_px: int, height_px: int, bits: int, photometric: int = 1) -> dict[int, int]:
    """The tags of an uncompressed grey page."""
    numbers = (width_px, height_px, bits, 1, photometric, 1, height_px)
    return dict(zip((256, 257, 258, 259, 262, 277, 278), numbers, strict=True))


def rgb_page(pixels: npt.NDArray[np.uint8], tags: Tags | None = None) -> tuple[Tags, bytes]:
    """An uncompressed page of 8-bit RGB."""
    height, width, _ = pixels.shape
    own: dict[int, int | bytes | Sequence[int]] = {256: width, 257: height, 258: (8, 8, 8)}
    own |= {259: 1, 262: 2, 277: 3, 278: height, **(tags or {})}
    return own, pixels.tobytes()


def pack_twelve_bits(values: npt.NDArray[np.uint16]) -> bytes:
    """Rows of an even number of 12-bit values."""
    pairs = values.reshape(-1, 2).astype(np.uint32)
    first, second = pairs[:, 0], pairs[:, 1]
    parts = [first >> 4, (first & 15) << 4 | second >> 8, second & 255]
    return bytes(np.stack(parts, 1).astype(np.uint8).tobytes())


def _pack(tag: int, value: int | bytes | Sequence[int], order: str) -> tuple[int, int, bytes]:
    if isinstance(value, bytes):
        return 2, len(value), value
    numbers = [value] if isinstance(value, int) else list(value)
    kind = 4 if tag in (254, 256, 257, 273, 278, 279, 330) else 3
    layout = f"{order}{len(numbers)}{'I' if kind == 4 else 'H'}"
    return kind, len(numbers), struct.pack(layout, *numbers)
