"""Near duplicates: the same picture again, re-encoded, resized, brightened or mirrored.

A perceptual hash (DCT hash, Zauner 2010) keeps the signs of the lowest frequencies of each
picture. Hashes are indexed by each of their eight bytes, so two hashes that differ in at most
seven of 64 bits share at least one bucket, and a picture is compared with few others instead of
all. In sets so large that these buckets overflow, buckets by pairs of bytes still find hashes
that differ in three bits. A small colour thumbnail then decides: two shirts of one cut on one
dress form have nearly the same hash, but not the same colours.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import cv2
import numpy as np

from train.arrays import Float32Array, UInt8Array

MAX_DIFFERING_BITS = 7
THUMBNAIL_PX = 16
# Measured on 1,300 street and flat-lay photos: copies at half size and JPEG quality 40 differ by
# at most 3.6 grey levels, copies 15% brighter by 7.5, two photos of one person in one pose by
# 4.7, different photos with similar hashes by 10 and more.
MAX_LEVEL_DIFFERENCE = 8.0
# Of a fuller bucket only the newest are compared: all of them would take quadratic time.
MAX_COMPARED_PER_BUCKET = 256


@dataclass(frozen=True, slots=True)
class PerceptualHash:
    """Perceptual hash of a picture.

    Attributes:
        bits: uint8 (8,), the hash.
        mirrored_bits: uint8 (8,), the hash of the mirrored picture.
        thumbnail: float32 (16, 16, 3), RGB normalised to mean 0 and a contrast of 50.
        flat: whether the picture has too little contrast to be compared.
    """

    bits: UInt8Array
    mirrored_bits: UInt8Array
    thumbnail: Float32Array
    flat: bool


def hash_picture(picture: UInt8Array) -> PerceptualHash:
    """Hash a picture, uint8 RGB (height, width, 3)."""
    small = cv2.resize(picture, (32, 32), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    low = np.array(cv2.dct(grey)[:8, :8], np.float32)
    low[0, 0] = 0  # brightness
    # Mirroring a picture flips the sign of every odd column of its DCT.
    mirrored = np.asarray(low * np.where(np.arange(8) % 2, -1, 1), np.float32)
    contrast = float(grey.std())
    thumbnail = cv2.resize(small, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
    normalised = (thumbnail.astype(np.float32) - grey.mean()) * (50 / max(1.0, contrast))
    return PerceptualHash(_pack_signs(low), _pack_signs(mirrored), normalised, flat=contrast < 2)


def _pack_signs(low: Float32Array) -> UInt8Array:
    return np.packbits((low > 0).ravel())


class HashIndex:
    """An index of perceptual hashes that finds near duplicates."""

    def __init__(self) -> None:
        self._hashes: list[PerceptualHash] = []
        self._all_bits = np.zeros((0, 8), np.uint8)
        self._buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)

    def add(self, new: PerceptualHash) -> list[int]:
        """Add a picture and return the numbers of the earlier pictures that it duplicates.

        Numbers count from 0 in the order of the calls. A flat picture duplicates nothing.
        """
        number = len(self._hashes)
        self._hashes.append(new)
        if number >= len(self._all_bits):
            room = np.zeros((max(64, len(self._all_bits)), 8), np.uint8)
            self._all_bits = np.concatenate([self._all_bits, room])
        self._all_bits[number] = new.bits
        if new.flat:
            return []
        found = set(self._find_near(new.bits, new.thumbnail))
        found |= set(self._find_near(new.mirrored_bits, new.thumbnail[:, ::-1]))
        for bucket in _list_buckets(new.bits):
            self._buckets[bucket].append(number)
        return sorted(found)

    def _find_near(self, bits: UInt8Array, thumbnail: Float32Array) -> list[int]:
        candidates: set[int] = set()
        for bucket in _list_buckets(bits):
            candidates.update(self._buckets.get(bucket, ())[-MAX_COMPARED_PER_BUCKET:])
        if not candidates:
            return []
        numbers = np.fromiter(candidates, np.int64, len(candidates))
        differing = np.unpackbits(self._all_bits[numbers] ^ bits, axis=1).sum(axis=1)
        return [
            number
            for number in numbers[differing <= MAX_DIFFERING_BITS].tolist()
            if _mean_difference(self._hashes[number].thumbnail, thumbnail) <= MAX_LEVEL_DIFFERENCE
        ]


def _list_buckets(bits: UInt8Array) -> list[tuple[int, bytes]]:
    content = bits.tobytes()
    return [(start, content[start : start + 1]) for start in range(8)] + [
        (start, content[start : start + 2]) for start in range(0, 8, 2)
    ]


def _mean_difference(one: Float32Array, other: Float32Array) -> float:
    return float(np.abs(one - other).mean())
