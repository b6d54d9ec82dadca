"""A PNG file without the texts that a decoder would refuse to unfold."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

LARGEST_PROFILE_BYTES = 16 * 1024 * 1024
"""Printers' profiles have up to a few megabytes."""
_LARGEST_TEXT_BYTES = 1024 * 1024
"""Pillow's own limit, above which it refuses the whole file."""
_ALL_TEXTS_BYTES = 32 * 1024 * 1024
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_SIGNATURE_BYTES, _CHUNK_BYTES = 8, 12


class LeanPng(io.RawIOBase):
    """The file as one that may be read and sought, with large texts and profiles left out.

    Programs keep a picture's whole history there. A viewer ignores it, and so may we: texts say
    nothing about the pixels, except for the small ones that hold Exif or XMP.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._parts = list(_list_kept(stream))
        self._at = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that it can be sought."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; see `io.IOBase.seek`."""
        length = sum(length for _, length in self._parts)
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes; fewer only at the end."""
        wanted = (1 << 62) if size is None or size < 0 else size
        start, found = 0, []
        for offset, length in self._parts:
            inside = self._at - start
            if wanted and 0 <= inside < length:
                self._stream.seek(offset + inside)
                data = self._stream.read(min(wanted, length - inside))
                found.append(data)
                self._at += len(data)
                wanted -= len(data)
            start += length
        return b"".join(found)


def _list_kept(stream: BinaryIO) -> Iterator[tuple[int, int]]:
    """Return where the parts that are kept lie: offset and length, neighbours joined."""
    end = stream.seek(0, os.SEEK_END)
    begin, at = 0, _SIGNATURE_BYTES
    sums = {False: 0, True: 0}  # of texts, of profiles
    while at + _CHUNK_BYTES <= end:
        stream.seek(at)
        length, kind = struct.unpack(">I4s", stream.read(8))
        following = at + _CHUNK_BYTES + length
        if kind in _TEXTS or kind == b"iCCP":
            limit = LARGEST_PROFILE_BYTES if kind == b"iCCP" else _LARGEST_TEXT_BYTES
            is_profile = kind == b"iCCP"
            # Past the bound nothing is unfolded any more: a small file may hold gigabytes.
            full = sums[is_profile] > _ALL_TEXTS_BYTES
            unfolded = (
                limit + 1 if full else _measure(stream.read(min(length, limit + 1)), kind, limit)
            )
            sums[is_profile] += unfolded
            if unfolded > limit or sums[is_profile] > _ALL_TEXTS_BYTES:
                yield begin, at - begin
                begin = following
        if kind == b"IEND":
            break
        at = following
    yield begin, max(0, end - begin)


def _measure(body: bytes, kind: bytes, limit: int) -> int:
    """Return how many bytes a chunk's text or profile has, ``limit + 1`` for all that has more."""
    _, _, rest = body.partition(b"\0")
    packed = rest[1:]  # Behind the method.
    if kind == b"iTXt":  # Flag, method, and two names that a zero byte ends.
        packed = rest[2:].split(b"\0", 2)[-1]
    if len(body) > limit or kind == b"tEXt" or (kind == b"iTXt" and rest[:1] == b"\0"):
        return len(body)
    try:
        return len(zlib.decompressobj().decompress(packed, limit + 1))
    except zlib.error:
        return len(body)
