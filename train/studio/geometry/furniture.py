"""Furniture as meshes in a box of 1 x 1 x 1 that stands on the origin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from train.studio.geometry.mesh import Mesh, join, lathe


@dataclass(frozen=True)
class PropPart:
    """A piece of a prop; `role` is `main`, `second`, `metal` or `mirror` and gives its material."""

    mesh: Mesh
    role: str = "main"
    smooth: bool = False


def build_furniture(shape: str, rng: np.random.Generator) -> list[PropPart]:
    """Return the parts of one of FURNITURE."""
    return [PropPart(FURNITURE[shape](rng), smooth=shape in ("sphere", "vase", "curtain"))]


def build_box(
    low: tuple[float, float, float] = (-0.5, -0.5, 0.0),
    high: tuple[float, float, float] = (0.5, 0.5, 1.0),
) -> Mesh:
    """Return a block between two corners."""
    corner = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    quads = np.array(
        [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    )
    return Mesh(np.array(low) + corner * (np.array(high) - np.array(low)), quads)


def turn(profile: list[tuple[float, float]], sides: int = 24) -> Mesh:
    """Return a turned body with closed ends."""
    return lathe([(0.0, profile[0][1]), *profile, (0.0, profile[-1][1])], sides)


def _ball() -> Mesh:
    angle = np.linspace(-np.pi / 2, np.pi / 2, 13)
    return turn([(0.5 * float(np.cos(a)), 0.5 + 0.5 * float(np.sin(a))) for a in angle])


def _vase(rng: np.random.Generator) -> Mesh:
    z = np.linspace(0, 1, 16)
    r = 0.3 + 0.18 * np.sin(z * rng.uniform(3, 6) + rng.uniform(0, 6))
    return turn([(float(a), float(b)) for a, b in zip(r, z, strict=True)])


def _bars(thick: float) -> Mesh:
    """Return the edges of a glass case; the glass itself would only add reflections."""
    h, t = 0.5, thick / 2
    parts = [build_box((x * h - t, y * h - t, 0.0), (x * h + t, y * h + t, 1.0))
             for x in (-1, 1) for y in (-1, 1)]  # fmt: skip
    parts += [
        build_box((-h, y * h - t, z - t), (h, y * h + t, z + t)) for y in (-1, 1) for z in (0, 1)
    ]
    parts += [
        build_box((x * h - t, -h, z - t), (x * h + t, h, z + t)) for x in (-1, 1) for z in (0, 1)
    ]
    return join(parts)


def _panes(rng: np.random.Generator) -> Mesh:
    columns, rows = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    return join(
        [build_box((i / columns - 0.5 + 0.015, -0.5, j / rows + 0.015),
              ((i + 1) / columns - 0.515, 0.5, (j + 1) / rows - 0.015))
         for i in range(columns) for j in range(rows)]
    )  # fmt: skip


def _folds(rng: np.random.Generator) -> Mesh:
    x = np.linspace(-0.5, 0.5, 90)
    count = float(rng.uniform(5, 14))
    y = 0.35 * np.sin(2 * np.pi * count * x + 0.7 * np.sin(7 * x)) + 0.1 * np.sin(31 * x)
    low, high = np.stack([x, y, 0 * x], 1), np.stack([x, y, 0 * x + 1.0], 1)
    i = np.arange(len(x) - 1)
    return Mesh(np.concatenate([low, high]), np.stack([i, i + 1, i + 91, i + 90], 1))


def _shelf(rng: np.random.Generator) -> Mesh:
    """Boards with boxes and folded piles on them."""
    parts = [
        build_box((-0.5, -0.5, 0.0), (-0.47, 0.5, 1.0)),
        build_box((0.47, -0.5, 0.0), (0.5, 0.5, 1.0)),
    ]
    for row in range(4):
        z = row / 4
        parts.append(build_box((-0.5, -0.5, z), (0.5, 0.5, z + 0.015)))
        x = -0.45
        while x < 0.38:
            wide, high = rng.uniform(0.03, 0.14), rng.uniform(0.05, 0.2)
            parts.append(build_box((x, -0.4, z + 0.015), (x + wide, 0.3, z + 0.015 + high)))
            x += wide + rng.uniform(0.005, 0.1)
    return join(parts)


def _rack(rng: np.random.Generator) -> Mesh:
    """Return a rail on two posts with empty hangers."""
    parts = [build_box((x, -0.05, 0.0), (x + 0.02, 0.05, 1.0)) for x in (-0.5, 0.48)]
    parts.append(build_box((-0.5, -0.05, 0.985), (0.5, 0.05, 1.0)))
    for _ in range(int(rng.integers(3, 9))):
        x = float(rng.uniform(-0.45, 0.45))
        parts.append(build_box((x, -0.03, 0.9), (x + 0.006, 0.03, 0.99)))
        parts.append(build_box((x, -0.45, 0.875), (x + 0.01, 0.45, 0.9)))
    return join(parts)


def _table(thick: float) -> Mesh:
    legs = [
        build_box((x, y, 0.0), (x + 0.05, y + 0.05, 1.0))
        for x in (-0.5, 0.45)
        for y in (-0.5, 0.45)
    ]
    return join([*legs, build_box((-0.5, -0.5, 1 - thick), (0.5, 0.5, 1.0))])


def _chair() -> Mesh:
    seat = _table(0.08)
    low = Mesh(seat.vertices * np.array([1.0, 1.0, 0.5]), seat.quads)
    return join([low, build_box((-0.5, 0.44, 0.5), (0.5, 0.5, 1.0))])


def _steps() -> Mesh:
    return join([build_box((-0.5, -0.5 + i / 3, 0.0), (0.5, -0.5 + (i + 1) / 3, (i + 1) / 3))
                   for i in range(3)])  # fmt: skip


FURNITURE: dict[str, Callable[[np.random.Generator], Mesh]] = {
    "box": lambda _: build_box(),
    "case": lambda _: _bars(0.025),
    "window": _panes,
    "frame": lambda _: build_box(),
    "cylinder": lambda _: turn([(0.5, 0.0), (0.5, 1.0)]),
    "vase": _vase,
    "sphere": lambda _: _ball(),
    "curtain": _folds,
    "shelf": _shelf,
    "rack": _rack,
    "table": lambda _: _table(0.06),
    "chair": lambda _: _chair(),
    "steps": lambda _: _steps(),
}
