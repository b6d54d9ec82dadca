"""Linear light and its 8-bit levels: exposure and blur happen in light, not in levels."""

from __future__ import annotations

import numpy as np

from device.imaging.arrays import Float32Array, UInt8Array

Rng = np.random.Generator


def decode_srgb(pixels: UInt8Array) -> Float32Array:
    """Convert sRGB (IEC 61966-2-1) to light, 0 to 1."""
    level = np.arange(256) / 255
    light = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return np.asarray(light.astype(np.float32)[pixels])


def encode_srgb(light: Float32Array) -> UInt8Array:
    """Convert light to sRGB, clipped."""
    steps = np.linspace(0, 1, 4097)
    level = np.where(steps <= 0.0031308, steps * 12.92, 1.055 * steps ** (1 / 2.4) - 0.055)
    table = np.round(level * 255).astype(np.uint8)
    return np.asarray(table[np.round(np.clip(light, 0, 1) * 4096).astype(np.uint16)])


def round_to_8bit(values: Float32Array) -> UInt8Array:
    """Round to the nearest of 256 levels."""
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def draw_noise(shape: tuple[int, ...], rng: Rng) -> Float32Array:
    """Return noise with a standard deviation of 1."""
    return rng.standard_normal(shape, dtype=np.float32)
