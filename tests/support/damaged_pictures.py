"""Picture files as cameras, cards and tools leave them when something went wrong."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

UInt8Array = npt.NDArray[np.uint8]


def encode(pixels: UInt8Array, kind: str, **options: Any) -> bytes:
    """Encode pixels in a format of Pillow's."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def write_tiff(pages: list[dict[int, int]], order: str = "<") -> bytes:
    """Lay out a TIFF of folders of numbers; tag 330 of the first points at the second."""
    content = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    places = []
    for page in pages:
        places.append(len(content))
        content += bytes(2 + 12 * len(page) + 4)
    filled = bytearray(content)
    below = any(330 in page for page in pages)
    for number, (place, page) in enumerate(zip(places, pages, strict=True)):
        struct.pack_into(order + "H", filled, place, len(page))
        for row, (tag, value) in enumerate(sorted(page.items())):
            held = places[1] if tag == 330 else value
            struct.pack_into(order + "HHII", filled, place + 2 + 12 * row, tag, 4, 1, held)
        following = 0 if below or number + 1 == len(pages) else places[number + 1]
        struct.pack_into(order + "I", filled, place + 2 + 12 * len(page), following)
    return bytes(filled)


def punch_hole(jpeg: bytes, length: int) -> bytes:
    """Lose a block in the middle, as a bad card does."""
    middle = len(jpeg) // 2
    return jpeg[:middle] + bytes(length) + jpeg[middle + length :]


def mutate(contents: list[bytes], seed: int, count: int) -> Iterator[bytes]:
    """Yield files with bytes changed, cut, doubled or lost; the beginning is hit most often."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        content = bytearray(contents[int(random.integers(len(contents)))])
        for _ in range(int(random.integers(1, 6))):
            end = len(content) if random.random() < 0.4 else min(len(content), 400)
            place = int(random.integers(0, max(1, end)))
            length = int(random.integers(1, 9))
            kind = int(random.integers(0, 5))
            if kind == 0:
                content[place : place + length] = random.bytes(length)
            elif kind == 1:
                content[place : place + length] = b"\xff" * length
            elif kind == 2:
                content[place : place + length] = b"" if random.random() < 0.5 else bytes(length)
            elif kind == 3:
                content[place:place] = content[place : place + 40]
            else:
                del content[max(8, len(content) - int(random.integers(1, 200))) :]
        yield bytes(content)
