"""Other garments of a room, cheaply: on hangers, over a rod, folded, or on a form behind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.arrays import Float64Array
from train.studio.geometry.dress_form import TORSO
from train.studio.geometry.furniture import PropPart, build_box, turn
from train.studio.geometry.mesh import Mesh, join, move
from train.studio.geometry.strips import bend_tube


def build_hung(shape: str, rng: np.random.Generator) -> list[PropPart]:
    """Return the parts of one of HUNG."""
    return HUNG[shape](rng)


def wrap_rings(
    z: Float64Array,
    half_x: Float64Array,
    half_y: Float64Array,
    *,
    folds: float,
    depth: Float64Array,
    phase: float,
) -> Mesh:
    """Return a tube of cloth about the z axis whose folds are `depth` deep at each height."""
    angle = np.linspace(0, 2 * np.pi, 73)[:-1]
    swing = np.sin(folds * angle[None] + phase + 0.9 * np.sin(2 * z[:, None]))
    swing += 0.4 * np.sin((folds + 4) * angle[None] - phase)
    out = 1 + depth[:, None] * swing
    c, s = np.cos(angle), np.sin(angle)
    x = half_x[:, None] * np.sign(c) * np.abs(c) ** 0.8 * out
    y = half_y[:, None] * np.sign(s) * np.abs(s) ** 0.8 * out
    points = np.stack([x, y, np.broadcast_to(z[:, None], x.shape)], axis=-1).reshape(-1, 3)
    here, after = np.arange(72), (np.arange(72) + 1) % 72
    quads = [
        np.stack([here, after, after + 72, here + 72], 1) + row * 72 for row in range(len(z) - 1)
    ]
    return Mesh(points, np.concatenate(quads))


def _hook(rng: np.random.Generator) -> PropPart:
    """A hanger's hook and shoulders, at the top of the box."""
    bend = np.linspace(-0.4, 1.1 * np.pi, 16)
    hook = np.stack([0.05 * np.cos(bend), 0 * bend, 0.955 + 0.035 * np.sin(bend)], axis=1)
    arms = np.array(
        [(-0.4, 0.0, 0.86), (-0.2, 0.0, 0.9), (0.0, 0.0, 0.925), (0.2, 0.0, 0.9), (0.4, 0.0, 0.86)]
    )
    thick = float(rng.uniform(0.008, 0.02))
    return PropPart(
        join([bend_tube(hook, np.full(16, 0.012), 5), bend_tube(arms, np.full(5, thick), 6)]),
        "second",
    )


def _hung_top(rng: np.random.Generator) -> list[PropPart]:
    """A shirt, jacket, dress or coat on a hanger, hook included."""
    z = np.linspace(0.0, 0.92, 26)
    wide = np.interp(z, [0.0, 0.5, 0.8, 0.87, 0.92], [rng.uniform(0.3, 0.5), 0.32, 0.38, 0.34, 0.1])
    deep = np.interp(z, [0.0, 0.8, 0.92], [0.5, 0.4, 0.12])
    fold = np.interp(z, [0.0, 0.75, 0.92], [0.16, 0.03, 0.0])
    body = wrap_rings(
        z, wide, deep, folds=float(rng.integers(5, 10)), depth=fold, phase=float(rng.uniform(0, 6))
    )
    parts = [body]
    if rng.random() < 0.7:
        low = float(rng.uniform(0.15, 0.5))
        for side in (-1, 1):
            t = np.linspace(0, 1, 14)
            path = np.stack(
                [side * (0.36 + 0.12 * t**0.6), 0.05 * np.sin(3 * t), 0.85 - (0.85 - low) * t],
                axis=1,
            )
            sleeve = bend_tube(path, np.linspace(0.1, 0.065, 14) * (1 + 0.1 * np.sin(9 * t)), 12)
            parts.append(sleeve)
    return [PropPart(join(parts), "main", smooth=True), _hook(rng)]


def _hung_trousers(rng: np.random.Generator) -> list[PropPart]:
    """Trousers or a cloth folded over the bar of a hanger."""
    z = np.linspace(0.05, 0.87, 16)
    wide = 0.36 * (1 + 0.04 * np.sin(5 * z))
    fold = np.interp(z, [0.05, 0.87], [0.05, 0.0])
    body = wrap_rings(
        z,
        wide,
        np.interp(z, [0.05, 0.85, 0.87], [0.35, 0.3, 0.05]),
        folds=3.0,
        depth=fold,
        phase=float(rng.uniform(0, 6)),
    )
    return [PropPart(body, "main", smooth=True), _hook(rng)]


def _rail(rng: np.random.Generator) -> list[PropPart]:
    """A rail full of garments seen from their sides."""
    posts = [build_box((x, -0.05, 0.0), (x + 0.015, 0.05, 1.0)) for x in (-0.5, 0.485)]
    posts.append(build_box((-0.5, -0.03, 0.985), (0.5, 0.03, 1.0)))
    rows: list[list[Mesh]] = [[], []]
    x = -0.45
    while x < 0.44:
        low = float(rng.uniform(0.1, 0.5))
        z = np.linspace(low, 0.93, 14)
        deep = np.interp(z, [low, 0.8, 0.88, 0.93], [rng.uniform(0.35, 0.5), 0.42, 0.36, 0.05])
        thick = np.full(14, float(rng.uniform(0.015, 0.035))) * np.interp(
            z, [low, 0.93], [1.3, 0.6]
        )
        tube = wrap_rings(
            z, thick, deep, folds=4.0, depth=np.full(14, 0.12), phase=float(rng.uniform(0, 6))
        )
        rows[int(rng.integers(2))].append(move(tube, x, 0.0, 0.0))
        x += float(rng.uniform(0.03, 0.09))
    parts = [PropPart(join(posts), "metal")]
    for row, role in zip(rows, ("main", "second"), strict=True):
        if row:
            parts.append(PropPart(join(row), role, smooth=True))
    return parts


def _folded(rng: np.random.Generator) -> list[PropPart]:
    """A pile of folded clothes."""
    parts: list[list[Mesh]] = [[], []]
    z = 0.0
    for number in range(int(rng.integers(2, 6))):
        high, wide, deep = 1 / 6, *rng.uniform(0.38, 0.5, 2)
        rows = np.array([0.0, 0.15, 0.5, 0.85, 1.0])
        size = np.array([0.92, 1.0, 1.02, 1.0, 0.0])
        piece = wrap_rings(
            z + rows * high,
            wide * size,
            deep * size,
            folds=7.0,
            depth=np.full(5, 0.012),
            phase=float(number),
        )
        parts[number % 2].append(piece)
        z += high
    return [
        PropPart(join(parts[0]), "main", smooth=True),
        PropPart(join(parts[1]), "second", smooth=True),
    ]


def _dressed(rng: np.random.Generator) -> list[PropPart]:
    """A dress form with something on, in metres over 1.65: neck and stand are the second colour."""
    hem = float(rng.uniform(0.2, 0.9))
    z = np.linspace(hem, 1.45, 30)
    a, b = np.interp(z, TORSO[:, 0], TORSO[:, 1]), np.interp(z, TORSO[:, 0], TORSO[:, 2])
    flare = float(rng.uniform(0.0, 0.5)) * np.maximum(0.0, 1.04 - z)
    fold = np.interp(z, [hem, 1.1], [rng.uniform(0.02, 0.12), 0.0])
    ease = float(rng.uniform(0.01, 0.04))
    body = wrap_rings(
        z,
        a + ease + flare,
        b + ease + flare,
        folds=float(rng.integers(5, 10)),
        depth=fold,
        phase=float(rng.uniform(0, 6)),
    )
    parts = [body]
    if rng.random() < 0.5:
        t = np.linspace(0, 1, 12)
        for side in (-1, 1):
            path = np.stack([side * (0.15 + 0.09 * t**0.5), 0.01 + 0 * t, 1.38 - 0.5 * t], axis=1)
            parts.append(bend_tube(path, np.linspace(0.07, 0.045, 12), 12))
    neck = turn([(0.06, 1.43), (0.052, 1.56), (0.056, 1.575)])
    pole = turn([(0.012, 0.0), (0.012, hem + 0.2)], 10)
    foot = turn([(0.16, 0.0), (0.15, 0.02)])
    cloth, form = join(parts), join([neck, pole, foot])
    return [
        PropPart(Mesh(cloth.vertices / 1.65, cloth.quads), "main", smooth=True),
        PropPart(Mesh(form.vertices / 1.65, form.quads), "second", smooth=True),
    ]


HUNG: dict[str, Callable[[np.random.Generator], list[PropPart]]] = {
    "hung top": _hung_top,
    "hung trousers": _hung_trousers,
    "rail": _rail,
    "folded": _folded,
    "dressed": _dressed,
}
