"""Writing PNG files on all cores, with what a catalogue needs inside."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import NamedTuple

import numpy as np

from device.contract.content_type import PNG_SIGNATURE
from device.imaging.arrays import UInt8Array
from device.system.parallel import parallel_map

_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # grey, RGB, RGBA
_FILTER_UP = 2
# Measured in docs/cutouts.md: this filter under run-length matching is half the work of Pillow's
# choice among five, for files a tenth larger; and zlib lets the other cores work meanwhile.
_LEVEL, _STRATEGY = 1, zlib.Z_RLE
_BLOCK_BYTES = 768 * 1024
"""What a core works on at a time: it stays in the core's cache, and the cores end together."""
_ADLER_BASE = 65521

Strip = tuple[int, UInt8Array]
"""Some rows of a picture: the first column that is not blank, and the pixels from there."""


def packing_library() -> ModuleType:
    """zlib-ng where it is installed, three times as fast for the same bytes, else zlib."""
    try:
        from zlib_ng import zlib_ng  # noqa: PLC0415 - there is no wheel of it for every machine
    except ImportError:
        return zlib
    return zlib_ng


def encode_png(
    pixels: UInt8Array, *, icc_profile: bytes | None = None, texts: dict[str, str] | None = None
) -> bytes:
    """Encode a picture (PNG specification, third edition).

    Args:
        pixels: uint8, shape (height, width) grey or (height, width, 3 or 4) RGB(A), straight
            alpha.
        icc_profile: kept byte for byte.
        texts: UTF-8 texts by keyword, as iTXt chunks.

    Returns:
        The file's bytes.
    """
    whole = pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis]
    height, width, channels = whole.shape
    return encode_strips(
        (height, width, channels),
        lambda top, bottom: (0, whole[top:bottom]),
        icc_profile=icc_profile,
        texts=lambda: texts or {},
    )


def encode_strips(
    shape: tuple[int, int, int],
    strip: Callable[[int, int], Strip | None],
    *,
    icc_profile: bytes | None = None,
    texts: Callable[[], dict[str, str]] = dict,
    meanwhile: Callable[[], object] | None = None,
) -> bytes:
    """Encode a picture that is made while it is encoded, so that it never lies there whole.

    Args:
        shape: height, width and channels.
        strip: makes the rows from one up to another: the first column that is not all 0, and
            uint8, shape (rows, columns, channels); None where all is 0.
        icc_profile: kept byte for byte.
        texts: gives UTF-8 texts by keyword, for iTXt chunks; asked when all else is done.
        meanwhile: what else the caller has to do, while the other cores begin.

    Returns:
        The file's bytes.
    """
    height, width, channels = shape
    packed = _deflate(shape, strip, meanwhile)
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    parts = [PNG_SIGNATURE, _chunk(b"IHDR", header)]
    if icc_profile is not None:
        parts.append(_chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(icc_profile)))
    for keyword, text in texts().items():
        body = keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
        parts.append(_chunk(b"iTXt", body))
    parts += packed
    parts.append(_chunk(b"IEND", b""))
    return b"".join(parts)


def _deflate(
    shape: tuple[int, int, int],
    strip: Callable[[int, int], Strip | None],
    meanwhile: Callable[[], object] | None,
) -> list[bytes]:
    """One zlib stream (RFC 1950) in chunks, its blocks compressed side by side."""
    height, row_bytes = shape[0], shape[1] * shape[2] + 1
    share = max(1, _BLOCK_BYTES // row_bytes)

    def rows(top: int) -> _Rows:
        bottom = min(height, top + share)
        size, last = (bottom - top) * row_bytes, bottom == height
        filtered = _filter(shape, strip, top, bottom)
        if filtered is None:
            return _Rows(size, _blank_checksum(size), None, last)
        return _Rows(size, packing_library().adler32(filtered.data), filtered, last)

    total, chunks = 1, [_chunk(b"IDAT", b"\x78\x01")]
    tops = range(0, height, share)
    for block, packed in parallel_map(rows, _pack_rows, tops, meanwhile):
        total = _join(total, block.checksum, block.size)
        chunks.append(_chunk(b"IDAT", packed))
    return [*chunks, _chunk(b"IDAT", struct.pack(">I", total))]


class _Rows(NamedTuple):
    """Some rows, ready to be compressed; ``filtered`` is None where all is 0."""

    size: int
    checksum: int
    filtered: UInt8Array | None
    last: bool


def _filter(
    shape: tuple[int, int, int], strip: Callable[[int, int], Strip | None], top: int, bottom: int
) -> UInt8Array | None:
    """Rows under their filter, each behind its filter's number; None where all is 0."""
    _, width, channels = shape
    above = max(0, top - 1)
    made = strip(above, bottom)
    if made is None:
        return None
    first, pixels = made
    rows = pixels.reshape(len(pixels), -1)
    filtered = np.zeros((bottom - top, width * channels + 1), np.uint8)
    filtered[:, 0] = _FILTER_UP
    inside = filtered[:, 1 + first * channels : 1 + first * channels + rows.shape[1]]
    np.subtract(rows[1:], rows[:-1], out=inside[above == top :])
    if above == top:  # Above the first row of all there are zeros.
        inside[0] = rows[0]
    return filtered


def _pack_rows(rows: _Rows) -> tuple[_Rows, bytes]:
    """On any thread: next to nothing but the packing, for at each step Python's lock is waited for.

    Returns:
        What the block was, without its pixels, and the block.
    """
    if rows.filtered is None:
        return rows, _blank(rows.size, last=rows.last)
    return rows._replace(filtered=None), _pack(rows.filtered.data, last=rows.last)


@lru_cache(maxsize=8)
def _blank(size: int, *, last: bool) -> bytes:
    """Rows of zeros, filter none: the same in every picture of one width."""
    return _pack(memoryview(bytes(size)), last=last)


@lru_cache(maxsize=8)
def _blank_checksum(size: int) -> int:
    return zlib.adler32(bytes(size))


def _pack(filtered: memoryview, *, last: bool) -> bytes:
    packer = packing_library().compressobj(_LEVEL, zlib.DEFLATED, -15, 9, _STRATEGY)
    # A sync flush ends a block on a whole byte, so that blocks can be laid end to end.
    ending = zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH
    packed: bytes = packer.compress(filtered) + packer.flush(ending)
    return packed


def _join(before: int, after: int, after_bytes: int) -> int:
    """The Adler-32 checksum (RFC 1950) of two stretches from those of each."""
    low = (before & 0xFFFF) + (after & 0xFFFF) - 1
    high = (before >> 16) + (after >> 16) + after_bytes * ((before & 0xFFFF) - 1)
    return (high % _ADLER_BASE) << 16 | low % _ADLER_BASE


def _chunk(kind: bytes, body: bytes) -> bytes:
    return (
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", packing_library().crc32(kind + body))
    )
