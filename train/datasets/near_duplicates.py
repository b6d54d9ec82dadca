"""Near-duplicates: the same picture again, re-encoded, resized, brightened or mirrored.

Each picture is reduced to the signs of its lowest frequencies (a DCT hash, Zauner 2010) and to
a tiny colour thumbnail. Hashes are kept in buckets by each of their bytes, so two hashes that
differ in no more than seven of 64 bits share at least one bucket, and a picture is compared
with a few others instead of all. In sets so large that those buckets overflow, buckets by each
pair of bytes still find hashes that differ in three. The thumbnail then decides: two shirts of
one cut on one form have nearly the same hash, but not the same colours.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import cv2
import numpy as np

from train.arrays import Float32Array, UInt8Array

FARTHEST_BITS = 7
THUMBNAIL_PX = 16
# Of 1,300 photos of streets and flat-lays: copies at half size and JPEG quality 40 lie at most
# 3.6 grey levels apart, copies made 15% brighter 7.5, two looks at one person in one pose 4.7,
# different photos whose hashes are near 10 and more.
FARTHEST_LEVELS = 8.0
# More in a bucket, the newest, would make the pass over a large set quadratic.
COMPARED_PER_BUCKET = 256


@dataclass(frozen=True, slots=True)
class PerceptualHash:
    """What is remembered of a picture.

    Attributes:
        bits: uint8 (8,), the hash.
        mirrored_bits: uint8 (8,), the hash of the mirrored picture.
        thumbnail: float32 (16, 16, 3), RGB levelled to mean 0 and a contrast of 50.
        flat: whether the picture shows nothing that could be compared.
    """

    bits: UInt8Array
    mirrored_bits: UInt8Array
    thumbnail: Float32Array
    flat: bool


def hash_picture(picture: UInt8Array) -> PerceptualHash:
    """Reduce a picture, uint8 RGB (height, width, 3)."""
    small = cv2.resize(picture, (32, 32), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    low = np.array(cv2.dct(grey)[:8, :8], np.float32)
    low[0, 0] = 0  # brightness
    # A mirrored picture has the same cosines with every odd column's sign turned.
    mirrored = np.asarray(low * np.where(np.arange(8) % 2, -1, 1), np.float32)
    contrast = float(grey.std())
    thumbnail = cv2.resize(small, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
    levelled = (thumbnail.astype(np.float32) - grey.mean()) * (50 / max(1.0, contrast))
    return PerceptualHash(_bits(low), _bits(mirrored), levelled, flat=contrast < 2)


def _bits(low: Float32Array) -> UInt8Array:
    return np.packbits((low > 0).ravel())


class HashIndex:
    """Pictures seen so far, found again by likeness."""

    def __init__(self) -> None:
        self._seen: list[PerceptualHash] = []
        self._all_bits = np.zeros((0, 8), np.uint8)
        self._buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)

    def add(self, new: PerceptualHash) -> list[int]:
        """Remember a picture and return the numbers of those seen before that it repeats.

        Numbers count from 0 in the order of the calls. A flat picture repeats nothing.
        """
        number = len(self._seen)
        self._seen.append(new)
        if number >= len(self._all_bits):
            room = np.zeros((max(64, len(self._all_bits)), 8), np.uint8)
            self._all_bits = np.concatenate([self._all_bits, room])
        self._all_bits[number] = new.bits
        if new.flat:
            return []
        found = set(self._near(new.bits, new.thumbnail))
        found |= set(self._near(new.mirrored_bits, new.thumbnail[:, ::-1]))
        for bucket in _buckets_of(new.bits):
            self._buckets[bucket].append(number)
        return sorted(found)

    def _near(self, bits: UInt8Array, thumbnail: Float32Array) -> list[int]:
        candidates: set[int] = set()
        for bucket in _buckets_of(bits):
            candidates.update(self._buckets.get(bucket, ())[-COMPARED_PER_BUCKET:])
        if not candidates:
            return []
        numbers = np.fromiter(candidates, np.int64, len(candidates))
        differing = np.unpackbits(self._all_bits[numbers] ^ bits, axis=1).sum(axis=1)
        return [
            number
            for number in numbers[differing <= FARTHEST_BITS].tolist()
            if _levels_apart(self._seen[number].thumbnail, thumbnail) <= FARTHEST_LEVELS
        ]


def _buckets_of(bits: UInt8Array) -> list[tuple[int, bytes]]:
    content = bits.tobytes()
    return [(place, content[place : place + 1]) for place in range(8)] + [
        (place, content[place : place + 2]) for place in range(0, 8, 2)
    ]


def _levels_apart(one: Float32Array, other: Float32Array) -> float:
    return float(np.abs(one - other).mean())
