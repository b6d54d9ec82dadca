"""How much of what lies behind a sheer cloth hides, as a tileable picture: tulle, lace, eyelets."""

from __future__ import annotations

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.print_tiles import draw_noise
from train.studio.plans.scene import FabricPlan

TILE_PX = 384
NETS = ("tulle", "lace", "eyelet", "mesh")


def draw_cover(plan: FabricPlan) -> Float64Array:
    """Draw the cover of one of NETS, (TILE_PX, TILE_PX) 0..1; its thin parts have `plan.cover`."""
    rng = np.random.default_rng([plan.seed, 32])
    u, v = np.meshgrid(np.arange(TILE_PX) / TILE_PX, np.arange(TILE_PX) / TILE_PX)
    if plan.net == "tulle":
        tulle: Float64Array = np.clip(plan.cover + 0.05 * draw_noise(rng, TILE_PX, 3.0), 0.02, 1)
        return tulle
    if plan.net == "eyelet":
        holes = _scatter(rng, u, v, across=int(rng.integers(5, 11)), size=0.28, petals=0)
        return 1 - (1 - 0.15 * plan.cover) * holes
    if plan.net == "mesh":
        count = int(rng.integers(24, 48))
        return plan.cover * 0.3 + (1 - plan.cover * 0.3) * _cross_threads(u, v, count, 0.82)
    ground = plan.cover + 0.25 * _cross_threads(u, v, 40, 0.9)
    flowers = _scatter(
        rng, u, v, across=int(rng.integers(2, 5)), size=0.44, petals=int(rng.integers(4, 8))
    )
    small = _scatter(rng, u, v, across=int(rng.integers(6, 10)), size=0.3, petals=5)
    scroll = np.clip(1 - np.abs(draw_noise(rng, TILE_PX, 9.0)) * 7, 0, 1)
    motif = np.maximum(np.maximum(flowers, small * 0.9), scroll * 0.95)
    cover: Float64Array = np.clip(ground + (0.97 - ground) * motif, 0.02, 1)
    return cover


def _cross_threads(u: Float64Array, v: Float64Array, count: int, gap: float) -> Float64Array:
    """1 on the threads of a diagonal net, 0 in its openings."""
    one, two = np.abs(np.sin(np.pi * count * (u + v))), np.abs(np.sin(np.pi * count * (u - v)))
    threads: Float64Array = np.clip((np.maximum(one, two) - gap) * 9, 0, 1)
    return threads


def _scatter(
    rng: np.random.Generator,
    u: Float64Array,
    v: Float64Array,
    *,
    across: int,
    size: float,
    petals: int,
) -> Float64Array:
    """Return flowers (or with no petals discs), one in each cell of a jittered grid."""
    drawn = np.zeros_like(u)
    for cell in range(across * across):
        column = (cell % across + 0.5 + rng.uniform(-0.12, 0.12)) / across
        row = (cell // across + 0.5 + rng.uniform(-0.12, 0.12)) / across
        x, y = (u - column + 0.5) % 1.0 - 0.5, (v - row + 0.5) % 1.0 - 0.5
        far, angle = np.hypot(x, y) * across, np.arctan2(y, x)
        edge = size * (1 + 0.28 * np.cos(petals * angle + rng.uniform(0, 6)) * (petals > 0))
        shape = np.clip((edge - far) * TILE_PX / across / 2, 0, 1)
        if petals:
            veins = np.clip(np.abs(np.sin(petals * angle / 2)) * 4 * far / size, 0, 1)
            shape = shape * (0.72 + 0.28 * veins)
        drawn = np.maximum(drawn, shape)
    return drawn
