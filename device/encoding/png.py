"""Writing PNG files on all cores, with what a catalogue needs inside."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import ModuleType
from typing import NamedTuple

import numpy as np

from device.contract.content_type import PNG_SIGNATURE
from device.imaging.arrays import UInt8Array
from device.system.parallel import ParallelMap

_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # grey, RGB, RGBA
_FILTER_UP = 2
# Measured in docs/adr/0010-png-encoder.md: this filter under run-length matching is half the work
# of Pillow's choice among five, for files a tenth larger; and zlib lets the other cores work
# meanwhile.
_LEVEL, _STRATEGY = 1, zlib.Z_RLE
_BLOCK_BYTES = 768 * 1024
"""What a core works on at a time: it stays in the core's cache, and the cores end together."""
_ADLER_BASE = 65521

Strip = tuple[int, UInt8Array]
"""Some rows of a picture: the first column that is not blank, and the pixels from there."""


def load_packer() -> ModuleType:
    """Return zlib-ng where it is installed, three times as fast for the same bytes, else zlib."""
    try:
        from zlib_ng import zlib_ng  # noqa: PLC0415 - there is no wheel of it for every machine
    except ImportError:
        return zlib
    return zlib_ng


def encode_png(
    pixels: UInt8Array, *, icc_profile: bytes | None = None, texts: Mapping[str, str] | None = None
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
    encoding = PngEncoding((height, width, channels), lambda top, bottom: (0, whole[top:bottom]))
    return encoding.finish(icc_profile=icc_profile, texts=texts)


class PngEncoding:
    """A picture that is being encoded on the other cores, until `finish`.

    Its pixels are computed while it is encoded, so that they never lie in memory all at once: one
    zlib stream (RFC 1950), whose blocks of rows are packed side by side.
    """

    def __init__(
        self, shape: tuple[int, int, int], compute_strip: Callable[[int, int], Strip | None]
    ) -> None:
        """Begin with the first rows.

        Args:
            shape: height, width and channels.
            compute_strip: returns the rows from one up to another: the first column that is not
                all 0, and uint8, shape (rows, columns, channels); None where all is 0.
        """
        self._shape = shape
        # It knows nothing of this object: in a circle the whole picture, several times as large as
        # its objects look, would wait for the garbage collector.
        rows = _RowFilter(shape, compute_strip)
        self._blocks = ParallelMap(rows.filter_block, _pack_block, rows.tops)

    def finish(
        self, *, icc_profile: bytes | None = None, texts: Mapping[str, str] | None = None
    ) -> bytes:
        """Encode what is left, together with the other cores.

        Args:
            icc_profile: kept byte for byte.
            texts: UTF-8 texts by keyword, as iTXt chunks.

        Returns:
            The file's bytes.
        """
        height, width, channels = self._shape
        header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
        chunks = [PNG_SIGNATURE, _chunk(b"IHDR", header)]
        if icc_profile is not None:
            chunks.append(_chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(icc_profile)))
        for keyword, text in (texts or {}).items():
            body = keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
            chunks.append(_chunk(b"iTXt", body))
        chunks.append(_chunk(b"IDAT", b"\x78\x01"))
        checksum = 1
        for block, packed in self._blocks.results():
            checksum = _join(checksum, block.checksum, block.size)
            chunks.append(_chunk(b"IDAT", packed))
        chunks.append(_chunk(b"IDAT", struct.pack(">I", checksum)))
        chunks.append(_chunk(b"IEND", b""))
        return b"".join(chunks)


class _RowFilter:
    """Computes rows of a picture and filters them, a block at a time."""

    def __init__(
        self, shape: tuple[int, int, int], compute_strip: Callable[[int, int], Strip | None]
    ) -> None:
        self._shape = shape
        self._compute_strip = compute_strip
        self._row_bytes = shape[1] * shape[2] + 1
        self._block_rows = max(1, _BLOCK_BYTES // self._row_bytes)

    @property
    def tops(self) -> range:
        """The first row of each block."""
        return range(0, self._shape[0], self._block_rows)

    def filter_block(self, top: int) -> _Block:
        """Return the block that begins with a row."""
        bottom = min(self._shape[0], top + self._block_rows)
        size, last = (bottom - top) * self._row_bytes, bottom == self._shape[0]
        filtered = self._filter(top, bottom)
        if filtered is None:
            return _Block(size, _blank_checksum(size), None, last)
        return _Block(size, load_packer().adler32(filtered.data), filtered, last)

    def _filter(self, top: int, bottom: int) -> UInt8Array | None:
        """Return rows under their filter, each behind its filter's number; None where all is 0."""
        _, width, channels = self._shape
        above = max(0, top - 1)
        strip = self._compute_strip(above, bottom)
        if strip is None:
            return None
        first, pixels = strip
        rows = pixels.reshape(len(pixels), -1)
        filtered = np.zeros((bottom - top, width * channels + 1), np.uint8)
        filtered[:, 0] = _FILTER_UP
        inside = filtered[:, 1 + first * channels : 1 + first * channels + rows.shape[1]]
        np.subtract(rows[1:], rows[:-1], out=inside[above == top :])
        if above == top:  # Above the first row of all there are zeros.
            inside[0] = rows[0]
        return filtered


class _Block(NamedTuple):
    """Some rows, ready to be packed; ``filtered`` is None where all is 0."""

    size: int
    checksum: int
    filtered: UInt8Array | None
    last: bool


def _pack_block(block: _Block) -> tuple[_Block, bytes]:
    """Pack, on any thread, and do next to nothing else: each step waits for Python's lock.

    Returns:
        The block without its pixels, and its bytes.
    """
    if block.filtered is None:
        return block, _pack_blank(block.size, last=block.last)
    return block._replace(filtered=None), _pack(block.filtered.data, last=block.last)


@lru_cache(maxsize=8)
def _pack_blank(size: int, *, last: bool) -> bytes:
    """Pack rows of zeros, filter none: the same in every picture of one width."""
    return _pack(memoryview(bytes(size)), last=last)


@lru_cache(maxsize=8)
def _blank_checksum(size: int) -> int:
    return zlib.adler32(bytes(size))


def _pack(filtered: memoryview, *, last: bool) -> bytes:
    packer = load_packer().compressobj(_LEVEL, zlib.DEFLATED, -15, 9, _STRATEGY)
    # A sync flush ends a block on a whole byte, so that blocks can stand end to end.
    ending = zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH
    packed: bytes = packer.compress(filtered) + packer.flush(ending)
    return packed


def _join(before: int, after: int, after_bytes: int) -> int:
    """Return the Adler-32 checksum (RFC 1950) of two blocks from that of each."""
    low = (before & 0xFFFF) + (after & 0xFFFF) - 1
    high = (before >> 16) + (after >> 16) + after_bytes * ((before & 0xFFFF) - 1)
    return (high % _ADLER_BASE) << 16 | low % _ADLER_BASE


def _chunk(kind: bytes, body: bytes) -> bytes:
    return (
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", load_packer().crc32(kind + body))
    )
