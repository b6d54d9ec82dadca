"""Accidents that happen to a file."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Sequence

_LIES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutate(chance: random.Random, sample: bytes, others: Sequence[bytes]) -> bytes:
    """Return a file after one to three accidents, never empty and never much larger."""
    data = bytearray(sample)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        chance.choice(_ACCIDENTS)(chance, data, chance.choice(others))
        data = data or bytearray(b"\0")
    return bytes(data[: 4 * len(sample) + 4096])


def repair_png(data: bytes) -> bytes:
    """Return a PNG with the checksums that its chunks ask for, as far as it has chunks."""
    at, parts = 8, [data[:8]]
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if at + 12 + length > len(data):
            break
        body = data[at + 4 : at + 8 + length]
        parts += [data[at : at + 4], body, zlib.crc32(body).to_bytes(4, "big")]
        at += 12 + length
    return b"".join([*parts, data[at:]])


def _cut(chance: random.Random, data: bytearray, _: bytes) -> None:
    del data[chance.randrange(len(data)) :]


def _lose_block(chance: random.Random, data: bytearray, _: bytes) -> None:
    start = chance.randrange(len(data))
    length = chance.choice((1, 4, 16, 64, 256))
    data[start : start + length] = bytes(chance.choice((0, length)))


def _splice(chance: random.Random, data: bytearray, other: bytes) -> None:
    data[chance.randrange(len(data)) :] = other[chance.randrange(len(other)) :]


def _repeat(chance: random.Random, data: bytearray, _: bytes) -> None:
    start = chance.randrange(len(data))
    part = bytes(data[start : start + chance.randint(1, 512)])
    data[start:start] = part * chance.choice((1, 2, 8))


def _lie_early(chance: random.Random, data: bytearray, _: bytes) -> None:
    """Where headers and directories are: sizes, counts, types and offsets."""
    _lie(chance, data, chance.randrange(min(len(data), 400)))


def _lie_late(chance: random.Random, data: bytearray, _: bytes) -> None:
    _lie(chance, data, chance.randrange(len(data)))


def _lie(chance: random.Random, data: bytearray, at: int) -> None:
    width = chance.choice("BHI")
    value = chance.choice(_LIES) if chance.random() < 0.7 else chance.getrandbits(32)
    layout = chance.choice("<>") + width
    value &= (1 << 8 * struct.calcsize(layout)) - 1
    data[at : at + struct.calcsize(layout)] = struct.pack(layout, value)


def _flip(chance: random.Random, data: bytearray, _: bytes) -> None:
    for _each in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set_bytes(chance: random.Random, data: bytearray, _: bytes) -> None:
    for _each in range(chance.randint(1, 6)):
        data[chance.randrange(len(data))] = chance.randrange(256)


_ACCIDENTS: tuple[Callable[[random.Random, bytearray, bytes], None], ...] = (
    *(_cut, _lose_block, _splice, _repeat, _lie_early, _lie_early, _lie_late, _flip, _set_bytes),
)
