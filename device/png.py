"""Writing PNG files on all cores, with what a catalogue needs inside."""

from __future__ import annotations

import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np

from device.frame import UInt8Array
from device.output import PNG_SIGNATURE

_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # grey, RGB, RGBA
_FILTER_UP = 2
# Measured in docs/cutouts.md: this filter under run-length matching is half the work of Pillow's
# choice among five, for files a tenth larger; and zlib lets the other cores work meanwhile.
_LEVEL, _STRATEGY = 1, zlib.Z_RLE
_MOST_THREADS = 4
_LEAST_ROWS = 64


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
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    parts = [PNG_SIGNATURE, _chunk(b"IHDR", header)]
    if icc_profile is not None:
        parts.append(_chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(icc_profile)))
    for keyword, text in (texts or {}).items():
        body = keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
        parts.append(_chunk(b"iTXt", body))
    rows = pixels.reshape(height, width * channels)
    parts += [_chunk(b"IDAT", block) for block in _deflated(rows)]
    parts.append(_chunk(b"IEND", b""))
    return b"".join(parts)


def _deflated(rows: UInt8Array) -> list[bytes]:
    """One zlib stream (RFC 1950), its blocks compressed side by side."""
    height = len(rows)
    share = max(_LEAST_ROWS, -(-height // (2 * _threads())))
    starts = range(0, height, share)
    done = list(_workers().map(lambda top: _block(rows, top, share), starts))
    checksum = 1
    for filtered, _ in done:
        checksum = zlib.adler32(filtered.data, checksum)
    blocks = [compressed for _, compressed in done]
    blocks[0] = b"\x78\x01" + blocks[0]
    blocks[-1] += struct.pack(">I", checksum)
    return blocks


def _block(rows: UInt8Array, top: int, share: int) -> tuple[UInt8Array, bytes]:
    part = rows[top : top + share]
    filtered = np.empty((len(part), rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = _FILTER_UP
    np.subtract(part[1:], part[:-1], out=filtered[1:, 1:])
    # Above the first row of all there are zeros.
    np.subtract(part[0], rows[top - 1] if top else 0, out=filtered[0, 1:])
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 9, _STRATEGY)
    last = top + share >= len(rows)
    # A sync flush ends a block on a whole byte, so that blocks can be laid end to end.
    ending = zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH
    return filtered, packer.compress(filtered.data) + packer.flush(ending)


def _threads() -> int:
    return min(_MOST_THREADS, os.cpu_count() or 1)


@lru_cache(maxsize=1)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_threads(), thread_name_prefix="png")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
