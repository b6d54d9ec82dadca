"""Lamps that flicker, one of them or all, and a camera that exposes otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from benchmarks.datasets.linear_light import Rng, decode_srgb, encode_srgb
from device.imaging.arrays import Float32Array, UInt8Array

_LOCAL_SPAN = (0.3, 0.8)
"""How far one lamp reaches, as a share of the longer side."""


def relight(pixels: UInt8Array, light: str, rng: Rng) -> UInt8Array:
    """Show a picture in other light.

    Args:
        pixels: uint8, shape (height, width, 3), sRGB.
        light: one of `LIGHTS`.
        rng: draws how much, and where.
    """
    everywhere, somewhere = LIGHTS[light]
    gain = np.float32(1 + _draw(everywhere, rng)) * (1 + _draw_lamp(pixels, somewhere, rng))
    return encode_srgb(decode_srgb(pixels) * gain[..., None])


LIGHTS: Mapping[str, tuple[tuple[float, float], tuple[float, float]]] = MappingProxyType(
    {
        "the same": ((0, 0), (0, 0)),
        "all lamps 3 to 8% off": ((0.03, 0.08), (0, 0)),
        "one lamp 3 to 8% off": ((0, 0), (0.03, 0.08)),
        "exposure 15 to 25% off": ((0.15, 0.25), (0, 0)),
    }
)
"""How much brighter or darker the light is, everywhere and in one lamp's reach, as a share."""


def _draw(span: tuple[float, float], rng: Rng) -> float:
    return float(rng.uniform(*span) * rng.choice((-1, 1)))


def _draw_lamp(pixels: UInt8Array, span: tuple[float, float], rng: Rng) -> Float32Array:
    """Return by what share one lamp changes each pixel's light, shape (height, width)."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    reach = rng.uniform(*_LOCAL_SPAN) * max(height, width)
    distance = (y - rng.uniform(0, height)) ** 2 + (x - rng.uniform(0, width)) ** 2
    return np.asarray(_draw(span, rng) * np.exp(-distance / (2 * reach**2)), dtype=np.float32)
