"""Good pictures spoiled as photographers spoil them, and what they show beside the garment."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from train.arrays import UInt8Array

Rng = np.random.Generator
Part = tuple[slice, slice]

_REFERENCE_PX = 1600
"""Blur counts in pixels of a picture whose longer side is at most this."""
_DEFOCUS_PX = 4.0, 10.0
_DARK_STOPS, _BRIGHT_STOPS = (-3.5, -1.5), (1.0, 2.5)
_NEAR_PX = 9
"""So far around the garment its edge may show."""
_LEAST_SIDE = 0.16
"""Of the picture's longer side: a narrower part shows little more than a strip of wall."""


@dataclass(frozen=True, slots=True)
class Spoiling:
    """One way to spoil a picture.

    Attributes:
        name: one word, for the names of files.
        apply: takes a picture, uint8 (height, width, 3), and gives the spoiled one.
    """

    name: str
    apply: Callable[[UInt8Array, Rng], UInt8Array]


def _defocus(picture: UInt8Array, rng: Rng) -> UInt8Array:
    """Blur by a disc of confusion."""
    scale = max(1.0, max(picture.shape) / _REFERENCE_PX)
    radius = rng.uniform(*_DEFOCUS_PX) * scale / 2
    reach = math.ceil(radius) + 1
    steps = np.arange(-reach, reach + 1, dtype=np.float32)
    disc = np.clip(radius - np.hypot(steps[:, None], steps[None]) + np.float32(0.5), 0, 1)
    return _encode(
        cv2.filter2D(_decode(picture), -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT_101)
    )


def _darken(picture: UInt8Array, rng: Rng) -> UInt8Array:
    return _expose(picture, rng.uniform(*_DARK_STOPS), rng)


def _brighten(picture: UInt8Array, rng: Rng) -> UInt8Array:
    return _expose(picture, rng.uniform(*_BRIGHT_STOPS), rng)


SPOILINGS = (
    Spoiling("defocused", _defocus),
    Spoiling("dark", _darken),
    Spoiling("bright", _brighten),
)


def find_parts_without_garment(mask: UInt8Array) -> Mapping[str, Part]:
    """Return the parts of a picture above, below, left and right of its garment.

    Args:
        mask: uint8, shape (height, width); any garment in it, the edge too, stays outside.

    Returns:
        Rows and columns by side, of those that are wide enough to show something.
    """
    near = cv2.dilate((mask > 0).astype(np.uint8), np.ones((2 * _NEAR_PX + 1,) * 2, np.uint8))
    left, top, width, height = cv2.boundingRect(near)
    if width * height == 0:
        return {}
    tall, wide = mask.shape
    parts: dict[str, Part] = {
        "above": (slice(0, top), slice(0, wide)),
        "below": (slice(top + height, tall), slice(0, wide)),
        "left": (slice(0, tall), slice(0, left)),
        "right": (slice(0, tall), slice(left + width, wide)),
    }
    least = _LEAST_SIDE * max(mask.shape)
    return {
        side: part
        for side, part in parts.items()
        if min(each.stop - each.start for each in part) >= least
    }


def _expose(picture: UInt8Array, stops: float, rng: Rng) -> UInt8Array:
    """Give more light or less, in linear light, clipped, with a sensor's shot noise."""
    light = _decode(picture) * np.float32(2**stops)
    noise = rng.standard_normal(light.shape, np.float32)
    return _encode(light + noise * np.sqrt(light * np.float32(2e-5) + np.float32(1e-7)))


def _decode(picture: UInt8Array) -> cv2.typing.MatLike:
    """Return linear light, 0 to 1, by sRGB's curve (IEC 61966-2-1)."""
    levels = np.arange(256) / 255
    curve = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return curve.astype(np.float32)[picture]


def _encode(light: cv2.typing.MatLike) -> UInt8Array:
    clipped = np.clip(light, 0, 1)
    levels = np.where(
        clipped <= 0.0031308, clipped * 12.92, 1.055 * np.power(clipped, 1 / 2.4) - 0.055
    )
    return np.asarray((levels * 255).round(), np.uint8)
