"""Prints drawn as tileable pictures: animal, camouflage, houndstooth, leaves, chevrons, bands."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.arrays import Float64Array

Colours = tuple[Float64Array, Float64Array, Float64Array]
# Draws a tile from its colours and each pixel's place across and along, 0..1.
Drawing = Callable[[np.random.Generator, Colours, Float64Array, Float64Array], Float64Array]


def draw_noise(rng: np.random.Generator, size_px: int, blur_px: float) -> Float64Array:
    """Return tileable noise with unit deviation."""
    spectrum = np.fft.rfft2(rng.standard_normal((size_px, size_px)))
    fy, fx = np.fft.fftfreq(size_px)[:, None], np.fft.rfftfreq(size_px)[None]
    soft = np.fft.irfft2(spectrum * np.exp(-2 * (np.pi * blur_px) ** 2 * (fx**2 + fy**2)))
    result: Float64Array = soft / soft.std()
    return result


def _blend(base: Float64Array, colour: Float64Array, share: Float64Array) -> Float64Array:
    mixed: Float64Array = base + (colour - base) * np.clip(share, 0, 1)[..., None]
    return mixed


def _ground(colour: Float64Array, u: Float64Array) -> Float64Array:
    return np.broadcast_to(colour, (*u.shape, 3)).copy()


def camouflage(
    rng: np.random.Generator, colours: Colours, u: Float64Array, _: Float64Array
) -> Float64Array:
    """Soft-edged patches of three colours."""
    base = _ground(colours[0], u)
    for colour in colours[1:]:
        base = _blend(base, colour, (draw_noise(rng, len(u), 16.0) - 0.35) * 6)
    return base


def leopard(
    rng: np.random.Generator, colours: Colours, u: Float64Array, v: Float64Array
) -> Float64Array:
    """Broken dark rings about a lighter middle."""
    base, count = _ground(colours[0], u), 6
    for cell in range(count * count):
        column = (cell % count + rng.uniform(0.2, 0.8)) / count
        row = (cell // count + rng.uniform(0.2, 0.8)) / count
        x, y = (u - column + 0.5) % 1.0 - 0.5, (v - row + 0.5) % 1.0 - 0.5
        angle = np.arctan2(y, x)
        radius = 0.05 * rng.uniform(0.7, 1.2) * (1 + 0.2 * np.sin(3 * angle + rng.uniform(0, 6)))
        distance = np.hypot(x * rng.uniform(0.8, 1.2), y)
        base = _blend(base, colours[0] * 0.7, (radius - distance) * 150)
        gap = np.sin(2 * angle + rng.uniform(0, 6)) > -0.6
        base = _blend(base, colours[0] * 0.15, (0.012 - np.abs(distance - radius)) * 150 * gap)
    return base


def houndstooth(
    rng: np.random.Generator, colours: Colours, u: Float64Array, v: Float64Array
) -> Float64Array:
    """Four threads of one colour and four of the other, in a twill."""
    count = int(rng.integers(5, 12))
    warp, weft = (u * count) % 1.0 < 0.5, (v * count) % 1.0 < 0.5
    twill = ((u + v) * count * 4) % 1.0 < 0.5
    dark = np.where(warp == weft, warp, twill)
    return _blend(_ground(colours[0], u), colours[1], dark.astype(float))


def chevron(
    rng: np.random.Generator, colours: Colours, u: Float64Array, v: Float64Array
) -> Float64Array:
    """Zigzag bands."""
    count, waves = int(rng.integers(3, 9)), int(rng.integers(3, 8))
    zigzag = np.abs((u * waves) % 1.0 - 0.5) / waves
    band = np.abs((v + zigzag) * count % 1.0 - 0.5)
    return _blend(_ground(colours[0], u), colours[1], (0.25 - band) * 40 + 0.5)


def leaves(
    rng: np.random.Generator, colours: Colours, u: Float64Array, v: Float64Array
) -> Float64Array:
    """Large overlapping leaves, each with a lighter middle rib."""
    base = _ground(colours[0], u)
    for _ in range(int(rng.integers(14, 34))):
        angle = float(rng.uniform(0, 2 * np.pi))
        x = (u - rng.uniform() + 0.5) % 1.0 - 0.5
        y = (v - rng.uniform() + 0.5) % 1.0 - 0.5
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        length = float(rng.uniform(0.08, 0.2))
        edge = 0.38 * length * (1 - (along / length) ** 2)
        colour = colours[int(rng.integers(1, 3))] * rng.uniform(0.7, 1.2)
        base = _blend(base, colour, (edge - np.abs(across)) * 200)
        rib = (np.abs(across) < 0.003) & (np.abs(along) < length)
        base = _blend(base, colour * 0.6 + 0.35, 0.8 * rib)
    return np.clip(base, 0, 1)


def blooms(
    rng: np.random.Generator, colours: Colours, u: Float64Array, v: Float64Array
) -> Float64Array:
    """Roses large and small: shaded petals about a centre, with leaves between."""
    base = leaves(rng, (colours[0], np.array([0.2, 0.35, 0.2]), np.array([0.35, 0.45, 0.25])), u, v)
    base = _blend(base, colours[0], np.full(u.shape, 0.35))
    for _ in range(int(rng.integers(10, 26))):
        x = (u - rng.uniform() + 0.5) % 1.0 - 0.5
        y = (v - rng.uniform() + 0.5) % 1.0 - 0.5
        angle, distance = np.arctan2(y, x), np.hypot(x, y)
        size, petals = float(rng.uniform(0.025, 0.11)), int(rng.integers(4, 8))
        phase = float(rng.uniform(0, 6))
        edge = size * (0.85 + 0.15 * np.cos(petals * angle + phase))
        shade = 0.75 + 0.35 * np.sin(distance / size * 9 + 2 * angle + phase)
        colour = colours[1 + int(rng.integers(0, 2))]
        inside = np.clip((edge - distance) * 200, 0, 1)[..., None]
        base = base * (1 - inside) + np.clip(colour * shade[..., None], 0, 1) * inside
    return base


def bands(
    rng: np.random.Generator, colours: Colours, u: Float64Array, v: Float64Array
) -> Float64Array:
    """Wide blocks of colour across."""
    base = _ground(colours[0], u)
    for colour in colours[1:]:
        start, width = rng.uniform(), float(rng.uniform(0.08, 0.35))
        away = np.abs((v - start + 0.5) % 1.0 - 0.5)
        base = _blend(base, colour, (width / 2 - away) * 200)
    return base


def washed(
    rng: np.random.Generator, colours: Colours, u: Float64Array, _: Float64Array
) -> Float64Array:
    """Dye that took unevenly: clouds of two colours."""
    share = 0.5 + 0.35 * draw_noise(rng, len(u), float(rng.uniform(12, 40)))
    return _blend(_ground(colours[0], u), colours[1], share)


DRAWN: dict[str, Drawing] = {
    "camouflage": camouflage, "leopard": leopard, "houndstooth": houndstooth, "chevron": chevron,
    "leaves": leaves, "blooms": blooms, "bands": bands, "washed": washed,
}  # fmt: skip
