"""Fabrics as tileable pictures: colour and height, drawn with numpy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.print_tiles import DRAWN, draw_noise
from train.studio.plans.scene import FabricPlan

TILE_PX = 384


@dataclass(frozen=True)
class Cloth:
    """`colour` (N, N, 3) sRGB 0..1, `height` (N, N) 0..1, and the tile's size in metres."""

    colour: Float64Array
    height: Float64Array
    tile_m: float


@lru_cache(maxsize=8)
def draw_fabric(plan: FabricPlan, size_px: int = TILE_PX) -> Cloth:
    """Draw one fabric; a smaller tile is enough for what stands in the background."""
    rng = np.random.default_rng([plan.seed, 31])
    first, second, third = (np.array(c) for c in plan.colours)
    u, v = np.meshgrid(np.arange(size_px) / size_px, np.arange(size_px) / size_px)
    thread = 0.5 + 0.25 * (np.sin(2 * np.pi * 96 * u) + np.sin(2 * np.pi * 96 * v))
    base = np.broadcast_to(first, (size_px, size_px, 3)).copy()
    tile_m = 0.24 * plan.scale
    if plan.pattern == "stripes":
        base = _striped(rng, base, second, third, v if rng.random() < 0.65 else u)
    elif plan.pattern == "checks":
        count = int(rng.integers(4, 10))
        one = _band(u, count, 0.5)[..., None]
        two = _band(v, count, 0.5)[..., None]
        base = first + (second - first) * (0.5 * one + 0.5 * two)
    elif plan.pattern == "tartan":
        base = _tartan(rng, first, second, third, u, v)
    elif plan.pattern == "print":
        base = _blobs(rng, base, second, third, u, v)
    elif plan.pattern == "dots":
        base = _dots(base, second, int(rng.integers(5, 12)), float(rng.uniform(0.2, 0.36)), u, v)
    elif plan.pattern == "melange":
        noise = draw_noise(rng, size_px, 1.0) * 0.7 + draw_noise(rng, size_px, 4.0) * 0.3
        base = base + (noise * 0.09)[..., None]
    elif plan.pattern in DRAWN:
        base = DRAWN[plan.pattern](rng, (first, second, third), u, v)
    elif plan.pattern == "denim":
        base, thread = _denim(rng, first, u, v)
    elif plan.pattern in ("knit", "sequins"):
        draw = _knit if plan.pattern == "knit" else _sequins
        base, thread = draw(rng, (base, second), u, v)
    grain = draw_noise(rng, size_px, 0.7)[..., None] * 0.02
    return Cloth(np.clip(base * (0.97 + 0.06 * thread[..., None]) + grain, 0, 1), thread, tile_m)


def _band(along: Float64Array, count: int, share: float) -> Float64Array:
    """1 inside each of `count` bands per tile, 0 between, with soft edges."""
    phase = (along * count) % 1.0
    edge = 4.0 * count / TILE_PX
    inside: Float64Array = np.clip((share / 2 - np.abs(phase - 0.5)) / edge + 0.5, 0, 1)
    return inside


def _bands(
    base: Float64Array, along: Float64Array, colour: Float64Array, count: int, share: float
) -> Float64Array:
    return base + (colour - base) * _band(along, count, share)[..., None]


def _striped(
    rng: np.random.Generator,
    base: Float64Array,
    second: Float64Array,
    third: Float64Array,
    across: Float64Array,
) -> Float64Array:
    base = _bands(base, across, second, int(rng.integers(4, 12)), float(rng.uniform(0.2, 0.6)))
    if rng.random() < 0.3:
        base = _bands(base, across + 0.02, third, 2, 0.1)
    return base


def _tartan(
    rng: np.random.Generator,
    first: Float64Array,
    second: Float64Array,
    third: Float64Array,
    u: Float64Array,
    v: Float64Array,
) -> Float64Array:
    wide, thin = float(rng.uniform(0.3, 0.55)), float(rng.uniform(0.05, 0.12))

    def warp(along: Float64Array) -> Float64Array:
        ground = np.broadcast_to(first, (len(u), len(u), 3)).copy()
        return _bands(_bands(ground, along, second, 2, wide), along + 0.25, third, 2, thin)

    return 0.5 * warp(u) + 0.5 * warp(v)


def _blobs(
    rng: np.random.Generator,
    base: Float64Array,
    second: Float64Array,
    third: Float64Array,
    u: Float64Array,
    v: Float64Array,
) -> Float64Array:
    """Flowers or leaves scattered over the tile."""
    for colour in (second, third):
        petals, leaf = int(rng.integers(3, 8)), float(rng.uniform(0.1, 0.5))
        across = int(rng.integers(3, 6))
        for cell in range(across * across):
            # One in each cell of a jittered grid: scattered, yet with no bare patches.
            column, row = (
                cell % across + rng.uniform(0.1, 0.9),
                cell // across + rng.uniform(0.1, 0.9),
            )
            x = (u - column / across + 0.5) % 1.0 - 0.5
            y = (v - row / across + 0.5) % 1.0 - 0.5
            angle = np.arctan2(y, x) + rng.uniform(0, 6.28)
            size = rng.uniform(0.1, 0.28) / across * (1 + leaf * np.cos(petals * angle))
            inside = np.clip((size - np.hypot(x, y)) * TILE_PX / 3, 0, 1)[..., None]
            base = base + (colour - base) * inside
    return base


def _dots(
    base: Float64Array,
    colour: Float64Array,
    count: int,
    radius: float,
    u: Float64Array,
    v: Float64Array,
) -> Float64Array:
    row = np.floor(v * count * 2)
    x = (u * count + 0.5 * (row % 2)) % 1.0 - 0.5
    y = ((v * count * 2) % 1.0 - 0.5) / 2
    inside = np.clip((radius * 0.7 - np.hypot(x, y)) * TILE_PX / count / 3, 0, 1)
    dotted: Float64Array = base + (colour - base) * inside[..., None]
    return dotted


def _denim(
    rng: np.random.Generator, first: Float64Array, u: Float64Array, v: Float64Array
) -> tuple[Float64Array, Float64Array]:
    twill = 0.5 + 0.5 * np.sin(2 * np.pi * 64 * (u + v))
    slub = (
        draw_noise(rng, len(u), 0.8) * 0.5 + np.roll(draw_noise(rng, len(u), 2.0), 7, axis=0) * 0.5
    )
    fade = draw_noise(rng, len(u), 40.0)
    light = 0.16 * twill + 0.045 * slub + 0.008 * fade
    return first + light[..., None] * np.array([0.9, 1.0, 1.05]), twill


def _sequins(
    rng: np.random.Generator, colours: tuple[Float64Array, Float64Array], u: Float64Array,
    v: Float64Array,
) -> tuple[Float64Array, Float64Array]:  # fmt: skip
    """Overlapping discs, each tilted its own way, some of the second colour."""
    base, second = colours
    count = int(rng.choice(np.array([20, 28, 36])))
    row = np.floor(v * count)
    column = np.floor(u * count + 0.5 * (row % 2))
    number = (row * count + column % count).astype(int)
    x = (u * count + 0.5 * (row % 2)) % 1.0 - 0.5
    y = (v * count) % 1.0 - 0.5
    tilt = rng.normal(0, 0.5, (2, count * count))
    height = 0.5 + tilt[0][number] * x + tilt[1][number] * y
    round_edge = np.clip((0.52 - np.hypot(x, y)) * 12, 0, 1)
    shade = rng.uniform(0.75, 1.1, count * count)[number][..., None]
    other = (rng.random(count * count) < 0.15)[number][..., None]
    colour = np.where(other, second, base) * shade * (0.55 + 0.45 * round_edge[..., None])
    return colour, np.clip(height * round_edge, 0, 1)


def _knit(
    rng: np.random.Generator,
    colours: tuple[Float64Array, Float64Array],
    u: Float64Array,
    v: Float64Array,
) -> tuple[Float64Array, Float64Array]:
    """Columns of V stitches, or ribs."""
    count = int(rng.choice(np.array([24, 32, 40])))
    column = (u * count) % 1.0
    stitch = 0.5 + 0.5 * np.sin(2 * np.pi * (v * count + np.abs(column - 0.5) * 1.2))
    rib = np.sin(np.pi * column)
    height = 0.55 * rib + 0.45 * stitch
    return colours[0] * (0.8 + 0.25 * height[..., None]), height
