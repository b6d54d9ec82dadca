"""The pictures that a TIFF file lists, read from its structure alone (TIFF 6.0, section 2)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

_MOST_PAGES = 64
_MOST_ENTRIES = 4096
_SUBFILE, _OLD_SUBFILE, _WIDTH, _HEIGHT, _PHOTOMETRIC = 254, 255, 256, 257, 262
_SUB_IFDS, _DNG_VERSION = 330, 50706
_SIZES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
"""Types of numbers: BYTE, SHORT, LONG, IFD, and BigTIFF's LONG8 and IFD8."""
_SENSOR_DATA = (32803, 34892)
"""Photometric interpretations of raw files: colour filter array, linear raw (TIFF/EP, DNG)."""


@dataclass(frozen=True, slots=True)
class TiffPage:
    """One picture of the file.

    Attributes:
        width_px: columns; 0 where the file does not say.
        height_px: rows.
        reduced: whether it is a smaller copy of another one.
        raw: whether it holds what a sensor measured, or belongs to a DNG.
    """

    width_px: int
    height_px: int
    reduced: bool
    raw: bool

    @property
    def pixels(self) -> int:
        """How many pixels it has."""
        return self.width_px * self.height_px


def list_pages(stream: BinaryIO) -> list[TiffPage]:
    """Return the pictures of a TIFF, the first one first, those of sub-directories too.

    What is damaged is left out: the decoder reports it.
    """
    head = stream.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 16:
        return []
    big = head[2:4] in (b"+\0", b"\0+")
    first = struct.unpack_from(order + ("Q" if big else "I"), head, 8 if big else 4)[0]
    waiting, known, pages = [first], set[int](), list[TiffPage]()
    while waiting and len(pages) < _MOST_PAGES:
        offset = waiting.pop(0)
        if offset in known or offset == 0:
            continue
        known.add(offset)
        try:
            numbers, following = _read_directory(stream, offset, order, big=big)
        except (struct.error, OSError, ValueError, OverflowError):
            continue
        pages.append(_describe(numbers))
        waiting += [*numbers.get(_SUB_IFDS, ()), following]
    return pages


def _describe(numbers: dict[int, tuple[int, ...]]) -> TiffPage:
    def read(tag: int, default: int = 0) -> int:
        return next(iter(numbers.get(tag, ())), default)

    return TiffPage(
        read(_WIDTH),
        read(_HEIGHT),
        reduced=read(_SUBFILE) & 1 == 1 or read(_OLD_SUBFILE) == 2,
        raw=_DNG_VERSION in numbers or read(_PHOTOMETRIC) in _SENSOR_DATA,
    )


def _read_directory(
    stream: BinaryIO, offset: int, order: str, *, big: bool
) -> tuple[dict[int, tuple[int, ...]], int]:
    """Return the numbers of the tags that matter, and where the next directory lies."""
    count_format, offset_format = (order + "Q", order + "Q") if big else (order + "H", order + "I")
    entry_bytes, inline_bytes = (20, 8) if big else (12, 4)
    stream.seek(offset)
    (count,) = struct.unpack(count_format, stream.read(struct.calcsize(count_format)))
    if count > _MOST_ENTRIES:
        raise ValueError("no directory")
    data = stream.read(count * entry_bytes)
    tail = stream.read(inline_bytes)
    numbers: dict[int, tuple[int, ...]] = {}
    for start in range(0, count * entry_bytes, entry_bytes):
        tag, kind = struct.unpack_from(order + "HH", data, start)
        (values,) = struct.unpack_from(offset_format, data, start + 4)
        if tag not in _WANTED or kind not in _SIZES:
            continue
        layout = f"{order}{min(values, _MOST_PAGES)}{_SIZES[kind]}"
        place = data[start + entry_bytes - inline_bytes : start + entry_bytes]
        if struct.calcsize(f"{order}{_SIZES[kind]}") * values > inline_bytes:
            stream.seek(struct.unpack(offset_format, place)[0])
            place = stream.read(struct.calcsize(layout))
        numbers[tag] = struct.unpack_from(layout, place)
    following = struct.unpack(offset_format, tail)[0] if len(tail) == inline_bytes else 0
    return numbers, following


_WANTED = frozenset(
    (_SUBFILE, _OLD_SUBFILE, _WIDTH, _HEIGHT, _PHOTOMETRIC, _SUB_IFDS, _DNG_VERSION)
)
