"""Plants of a set in a box of about 1 x 1 x 1: leaves, palms, pampas, dried flowers, branches."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.furniture import PropPart, turn
from train.studio.geometry.mesh import Mesh, join
from train.studio.geometry.strips import arc, bend_strips, bend_tube, level_across


def build_plant(shape: str, rng: np.random.Generator) -> list[PropPart]:
    """Return pot and plant; `shape` is one of PLANTS."""
    return PLANTS[shape](rng)


def _directions(rng: np.random.Generator, count: int, low: float, high: float) -> Float64Array:
    """Return unit vectors that lean from the vertical by `low` to `high` radians."""
    angle, lean = rng.uniform(0, 2 * np.pi, count), rng.uniform(low, high, count)
    return np.stack(
        [np.cos(angle) * np.sin(lean), np.sin(angle) * np.sin(lean), np.cos(lean)], axis=1
    )


def _pot(rng: np.random.Generator, high: float) -> PropPart:
    low, mouth = rng.uniform(0.1, 0.2), rng.uniform(0.15, 0.24)
    return PropPart(turn([(low, 0.0), (mouth, high), (mouth * 0.9, high)]), "second", smooth=False)


def _bottle(rng: np.random.Generator, high: float) -> PropPart:
    belly, neck = float(rng.uniform(0.12, 0.2)), float(rng.uniform(0.03, 0.07))
    z = np.linspace(0, 1, 14)
    bulge = np.sin(np.pi * np.clip(z * rng.uniform(1.1, 1.5), 0, 1)) ** 0.7
    radius = neck + (belly - neck) * np.maximum(bulge, 0.55 * (z < 0.1))
    profile = [(float(r), float(h * high)) for r, h in zip(radius, z, strict=True)]
    return PropPart(turn(profile), "second", smooth=True)


def _leafy(rng: np.random.Generator) -> list[PropPart]:
    """Broad leaves on stems, as a rubber tree or a philodendron has them."""
    pot, count = float(rng.uniform(0.18, 0.32)), int(rng.integers(18, 46))
    root: Float64Array = np.tile(np.array([0.0, 0.0, pot]), (count, 1))
    stem = _directions(rng, count, 0.1, 1.0) * rng.uniform(0.15, 0.55, (count, 1))
    tips = root + stem
    stems = bend_strips(arc(root, stem, np.zeros(count), 3), level_across(stem), np.array([0.012]))
    along = _directions(rng, count, 0.5, 1.7) * rng.uniform(0.14, 0.3, (count, 1))
    wide = float(rng.uniform(0.35, 0.6)) * np.linalg.norm(along, axis=1, keepdims=True)
    shape = np.array([0.1, 0.75, 1.0, 0.85, 0.5, 0.03])
    leaves = bend_strips(
        arc(tips, along, rng.uniform(0.02, 0.14, count), 6), level_across(along), wide * shape
    )
    return [_pot(rng, pot), PropPart(join([stems, leaves]), "main", smooth=True)]


def _palm(rng: np.random.Generator) -> list[PropPart]:
    """Fronds with many narrow fingers."""
    pot, count = 0.2, int(rng.integers(7, 15))
    out = _directions(rng, count, 0.15, 1.1) * rng.uniform(0.55, 0.85, (count, 1))
    ribs = arc(np.tile([0.0, 0.0, pot], (count, 1)), out, rng.uniform(0.1, 0.4, count), 16)
    parts = [bend_strips(ribs, level_across(out), np.array([0.01]))]
    for sign in (-1.0, 1.0):
        root = ribs[:, 5:].reshape(-1, 3)
        along = np.repeat(out, 11, axis=0)
        side = np.repeat(level_across(out), 11, axis=0) * sign
        size = np.tile(np.linspace(0.22, 0.08, 11), count)[:, None]
        finger = (side + 0.8 * along / np.linalg.norm(along, axis=1, keepdims=True)) * size
        width = np.array([0.012, 0.02, 0.002])
        parts.append(
            bend_strips(
                arc(root, finger, 0.35 * size[:, 0], 3),
                np.cross(finger, [0.0, 0.0, 1.0]) / size,
                width,
            )
        )
    return [_pot(rng, pot), PropPart(join(parts), "main")]


def _pampas(rng: np.random.Generator) -> list[PropPart]:
    """Fluffy plumes on dry stems, in a vase or standing on the floor."""
    vase, count = float(rng.uniform(0.2, 0.35)), int(rng.integers(5, 13))
    out = _directions(rng, count, 0.02, 0.5) * rng.uniform(0.5, 0.8, (count, 1))
    stems = arc(np.tile([0.0, 0.0, vase * 0.9], (count, 1)), out, rng.uniform(0.0, 0.2, count), 24)
    parts = [bend_tube(stem, np.full(24, 0.004), 5) for stem in stems]
    parts += [_plume(rng, stem[11:]) for stem in stems]
    return [_bottle(rng, vase), PropPart(join(parts), "main")]


def _plume(rng: np.random.Generator, stem: Float64Array) -> Mesh:
    count, reach = 240, float(rng.uniform(0.07, 0.13))
    where = rng.uniform(0, 1, count) ** 0.8
    index = np.minimum((where * (len(stem) - 1)).astype(int), len(stem) - 2)
    along = stem[index + 1] - stem[index]
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    full = np.sin(np.pi * np.clip(0.12 + 0.8 * where, 0, 1))
    hair = (_directions(rng, count, 0.3, 1.2) * [1.0, 1.0, 0.4] + 1.1 * along) * (
        reach * full * rng.uniform(0.5, 1.0, count)
    )[:, None]
    return bend_strips(
        arc(stem[index], hair, 0.3 * reach * full, 4),
        level_across(hair),
        np.array([0.004, 0.007, 0.006, 0.001]),
    )


def _dried(rng: np.random.Generator) -> list[PropPart]:
    """A loose bunch of twigs with seed heads or flowers, in a vase."""
    vase, count = float(rng.uniform(0.22, 0.4)), int(rng.integers(14, 40))
    out = _directions(rng, count, 0.03, 0.75) * rng.uniform(0.3, 0.62, (count, 1))
    stems = arc(
        np.tile([0.0, 0.0, vase * 0.95], (count, 1)), out, rng.uniform(-0.05, 0.15, count), 6
    )
    twigs = bend_strips(stems, level_across(out), np.array([0.006]))
    heads = [_blossom(rng, stem[-1], float(rng.uniform(0.015, 0.05))) for stem in stems]
    small = bend_strips(
        arc(stems[:, 3], _directions(rng, count, 0.2, 1.0) * 0.13, np.zeros(count), 3),
        level_across(out),
        np.array([0.004]),
    )
    return [
        _bottle(rng, vase),
        PropPart(join([twigs, small]), "second"),
        PropPart(join(heads), "main"),
    ]


def _blossom(rng: np.random.Generator, place: Float64Array, size_m: float) -> Mesh:
    """Petals about a middle."""
    count = int(rng.integers(8, 18))
    petals = _directions(rng, count, 0.3, 1.6) * size_m
    return bend_strips(
        arc(np.tile(place, (count, 1)), petals, np.full(count, -0.2 * size_m), 3),
        level_across(petals),
        size_m * np.array([0.2, 0.7, 0.3]),
    )


def _branch(rng: np.random.Generator) -> list[PropPart]:
    """Tall bare or budding branches, as in a floor vase."""
    vase, parts = float(rng.uniform(0.25, 0.4)), []
    buds = []
    for _ in range(int(rng.integers(3, 8))):
        out = _directions(rng, 1, 0.05, 0.5)[0] * rng.uniform(0.5, 0.75)
        path = arc(np.array([[0.0, 0.0, vase * 0.9]]), out[None], np.array([0.0]), 10)[0]
        path[2:] += np.cumsum(rng.normal(0, 0.012, (8, 3)), axis=0)
        parts.append(bend_tube(path, np.linspace(0.008, 0.002, 10), 5))
        for at in path[3:]:
            twig = _directions(rng, 1, 0.4, 1.2)[0] * rng.uniform(0.06, 0.2)
            line = arc(at[None], twig[None], np.array([-0.03]), 4)[0]
            parts.append(bend_tube(line, np.linspace(0.004, 0.0015, 4), 4))
            buds.append(_blossom(rng, line[-1], 0.022))
    return [_bottle(rng, vase), PropPart(join(parts), "second"), PropPart(join(buds), "main")]


def _garland(rng: np.random.Generator) -> list[PropPart]:
    """Leaves and flowers along an arch."""
    count = 420
    turn_rad = np.pi * rng.uniform(0, 1, count)
    place = np.stack(
        [0.44 * np.cos(turn_rad), rng.normal(0, 0.06, count), 0.4 + 0.52 * np.sin(turn_rad)], axis=1
    )
    straight = rng.random(count) < 0.4
    place[straight, 0] = 0.44 * np.sign(place[straight, 0])
    place[straight, 2] = rng.uniform(0, 0.45, straight.sum())
    place += rng.normal(0, 0.025, (count, 3))
    along = _directions(rng, count, 0.2, 2.2) * rng.uniform(0.05, 0.11, (count, 1))
    leaves = bend_strips(
        arc(place, along, np.full(count, 0.02), 4),
        level_across(along),
        0.045 * np.array([0.1, 1.0, 0.8, 0.05]),
    )
    chosen = place[rng.random(count) < 0.2]
    flowers = [_blossom(rng, at, float(rng.uniform(0.025, 0.05))) for at in chosen]
    return [PropPart(leaves, "green"), PropPart(join(flowers), "main")]


PLANTS: dict[str, Callable[[np.random.Generator], list[PropPart]]] = {
    "plant": _leafy,
    "palm": _palm,
    "pampas": _pampas,
    "dried": _dried,
    "branch": _branch,
    "garland": _garland,
}
