"""What dresses a set, in a box of about 1 x 1 x 1: parasols, screens, railings, mirrors, cloths."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.studio.geometry.furniture import PropPart, build_box, turn
from train.studio.geometry.mesh import Mesh, join, lathe, lay_along, move
from train.studio.geometry.parasols import build_closed_parasol, build_parasol
from train.studio.geometry.strips import bend_tube


def build_set_prop(shape: str, rng: np.random.Generator) -> list[PropPart]:
    """Return the parts of one of SET_PROPS."""
    return SET_PROPS[shape](rng)


def _railing(rng: np.random.Generator) -> list[PropPart]:
    """Turned or square balusters under a handrail."""
    count = int(rng.integers(5, 13))
    parts = [
        build_box((-0.5, -0.5, 0.93), (0.5, 0.5, 1.0)),
        build_box((-0.5, -0.4, 0.05), (0.5, 0.4, 0.1)),
    ]
    z = np.linspace(0.1, 0.93, 22)
    belly = 0.35 * (1 + 0.9 * np.sin(z * rng.uniform(8, 16)) * (rng.random() < 0.6))
    wide = float(rng.uniform(0.1, 0.28)) / count
    for place in np.linspace(-0.45, 0.45, count):
        post = turn([(float(r), float(h)) for r, h in zip(belly, z, strict=True)], 10)
        parts.append(Mesh(post.vertices * [wide * 2.2, 1.2, 1.0] + [place, 0.0, 0.0], post.quads))
    parts += [build_box((x, -0.6, 0.0), (x + 0.02, 0.6, 1.08)) for x in (-0.49, 0.47)]
    return [PropPart(join(parts), "main")]


def _screen(rng: np.random.Generator) -> list[PropPart]:
    """A folding screen: frames in zigzag, panels in the second colour."""
    count = int(rng.integers(2, 5))
    wide = 1.0 / count
    frames, fields = [], []
    for index in range(count):
        bend = 0.5 if index % 2 else -0.5
        ends = [(-0.5 + index * wide, -bend), (-0.5 + (index + 1) * wide, bend)]
        frames.append(_slab(ends, (0.0, 1.0), (0.0, 0.07)))
        frames.append(_slab(ends, (0.0, 1.0), (0.93, 1.0)))
        frames.append(_slab(ends, (0.0, 0.1), (0.0, 1.0)))
        frames.append(_slab(ends, (0.9, 1.0), (0.0, 1.0)))
        fields.append(_slab(ends, (0.1, 0.9), (0.07, 0.93), thick=0.02))
    return [PropPart(join(frames), "main"), PropPart(join(fields), "second")]


def _slab(
    ends: list[tuple[float, float]],
    along: tuple[float, float],
    z: tuple[float, float],
    *,
    thick: float = 0.09,
) -> Mesh:
    """Return a box between two points of the ground plan, over a share of way and height."""
    block = build_box((along[0], -thick / 2, z[0]), (along[1], thick / 2, z[1]))
    (x0, y0), (x1, y1) = ends
    moved = block.vertices.copy()
    moved[:, 0] = x0 + (x1 - x0) * block.vertices[:, 0]
    moved[:, 1] = y0 + (y1 - y0) * block.vertices[:, 0] + block.vertices[:, 1]
    return Mesh(moved, block.quads)


def _mirror(rng: np.random.Generator) -> list[PropPart]:
    """A standing mirror: a pane that looks along -y, in a frame; square, or arched at the top."""
    border = float(rng.uniform(0.025, 0.07))
    if rng.random() < 0.5:
        edge = [
            build_box((-0.5, -0.5, 0.0), (0.5, 0.5, border)),
            build_box((-0.5, -0.5, 1 - border), (0.5, 0.5, 1.0)),
            build_box((-0.5, -0.5, 0.0), (-0.5 + border, 0.5, 1.0)),
            build_box((0.5 - border, -0.5, 0.0), (0.5, 0.5, 1.0)),
        ]
        outline = np.array([(-0.5, 0), (0.5, 0), (0.5, 1), (-0.5, 1)], float)
        return [PropPart(join(edge), "main"), PropPart(_pane(outline, border), "mirror")]
    bend = np.linspace(0, np.pi, 25)
    outline = np.concatenate(
        [[(-0.5, 0.0), (0.5, 0.0)], np.stack([0.5 * np.cos(bend), 0.72 + 0.28 * np.sin(bend)], 1)]
    )
    path = np.stack([outline[:, 0], np.zeros(len(outline)), outline[:, 1]], axis=1)
    path = np.concatenate([path[1:], path[:2]])
    rim = bend_tube(path, np.full(len(path), border * 0.6), 6)
    return [PropPart(rim, "main"), PropPart(_pane(outline, 0.0), "mirror")]


def _pane(outline: np.ndarray[tuple[int, ...], np.dtype[np.float64]], border: float) -> Mesh:
    """Fill a convex outline in the plane y = -0.3 with a fan of quads."""
    if len(outline) % 2:  # Each quad of the fan takes two sides of the outline.
        outline = np.concatenate([outline, (outline[-1:] + outline[:1]) / 2])
    flat = outline * (1 - 2 * border) + [0.0, border]
    middle = np.array([[0.0, 0.5]])
    points = np.concatenate([flat, middle])
    corners = np.stack([points[:, 0], np.full(len(points), -0.3), points[:, 1]], axis=1)
    n = len(flat)
    first = np.arange(0, n - 1, 2)
    quads = np.stack([np.full(len(first), n), first, first + 1, (first + 2) % n], axis=1)
    return Mesh(corners, quads)


def _drape(rng: np.random.Generator) -> list[PropPart]:
    """A cloth thrown over a rod, gathered at the top and spread at the floor."""
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, 120), np.linspace(0, 1, 24))
    count, phase = float(rng.uniform(4, 11)), float(rng.uniform(0, 6))
    narrow = 0.55 + 0.45 * (1 - v) ** float(rng.uniform(0.6, 2.0))
    swing = np.sin(2 * np.pi * count * u + phase + 1.2 * np.sin(3 * v + phase))
    x = u * narrow + float(rng.uniform(-0.25, 0.25)) * (1 - v) ** 2
    y = 0.42 * swing * (0.45 + 0.55 * (1 - v)) + 0.06 * np.sin(23 * u + 5 * v)
    hem = 0.03 * np.sin(9 * u + phase) * (1 - v)
    points = np.stack([x, y, v + hem], axis=-1).reshape(-1, 3)
    row, column = np.meshgrid(np.arange(23), np.arange(119), indexing="ij")
    start = (row * 120 + column).reshape(-1)
    return [
        PropPart(
            Mesh(points, np.stack([start, start + 1, start + 121, start + 120], 1)),
            "main",
            smooth=True,
        )
    ]


def _lamp(rng: np.random.Generator) -> list[PropPart]:
    """A shade, which may glow, on a metal pole."""
    top = float(rng.uniform(0.15, 0.48))
    foot = [turn([(0.03, 0.0), (0.03, 0.75)]), turn([(0.28, 0.0), (0.28, 0.02)])]
    shade = turn([(0.5, 0.72), (top, 1.0)])
    return [PropPart(shade, "main", smooth=True), PropPart(join(foot), "metal")]


def _stool(rng: np.random.Generator) -> list[PropPart]:
    """A round stool, now and then with a pile of folded things."""
    seat = turn([(0.5, 0.9), (0.5, 1.0)])
    legs = [
        lay_along(
            lathe([(0.045, 0.0), (0.03, 1.0)], 8),
            np.array([x, y, -0.95]),
            np.array([0.55 * x, 0.55 * y, 0.92]),
        )
        for x in (-0.4, 0.4)
        for y in (-0.4, 0.4)
    ]
    return [PropPart(join([seat, *legs]), "main"), PropPart(_pile(rng), "second")]


def _pile(rng: np.random.Generator) -> Mesh:
    z, parts = 1.0, []
    for _ in range(int(rng.integers(1, 4))):
        high = float(rng.uniform(0.03, 0.1))
        wide, deep = rng.uniform(0.25, 0.4, 2)
        parts.append(build_box((-wide, -deep, z), (wide, deep, z + high)))
        z += high
    return join(parts)


def _candles(rng: np.random.Generator) -> list[PropPart]:
    """Candlesticks of different height, close together."""
    sticks, wax = [], []
    for _ in range(int(rng.integers(2, 6))):
        x, y = rng.uniform(-0.4, 0.4, 2)
        high = float(rng.uniform(0.4, 0.8))
        stick = turn(
            [(0.1, 0.0), (0.02, 0.06), (0.035, high * 0.5), (0.02, high * 0.6), (0.06, high)], 14
        )
        candle = turn([(0.03, high), (0.028, high + 0.2)], 12)
        sticks.append(move(stick, x, y, 0.0))
        wax.append(move(candle, x, y, 0.0))
    return [PropPart(join(sticks), "metal", smooth=True), PropPart(join(wax), "second")]


def _ladder(_: np.random.Generator) -> list[PropPart]:
    rails = [build_box((x, -0.5, 0.0), (x + 0.08, 0.5, 1.0)) for x in (-0.5, 0.42)]
    rungs = [build_box((-0.45, -0.3, z), (0.45, 0.3, z + 0.018)) for z in np.linspace(0.1, 0.92, 7)]
    return [PropPart(join([*rails, *rungs]), "main")]


def _arch(_: np.random.Generator) -> list[PropPart]:
    """A painted arch that stands behind the subject."""
    bend = np.linspace(0, np.pi, 24)
    outline = np.concatenate(
        [[(0.5, 0.0)], np.stack([0.5 * np.cos(bend), 0.7 + 0.3 * np.sin(bend)], 1), [(-0.5, 0.0)]]
    )
    n = len(outline)
    front = np.stack([outline[:, 0], np.full(n, -0.5), outline[:, 1]], 1)
    back = front * [1.0, -1.0, 1.0]
    here = np.arange(n - 1)
    side = np.stack([here, here + 1, here + 1 + n, here + n], 1)
    face = np.stack(
        [here[: n // 2], n - 1 - here[: n // 2], n - 2 - here[: n // 2], here[: n // 2] + 1], 1
    )
    return [PropPart(Mesh(np.concatenate([front, back]), np.concatenate([side, face])), "main")]


SET_PROPS: dict[str, Callable[[np.random.Generator], list[PropPart]]] = {
    "parasol": build_parasol,
    "umbrella": build_closed_parasol,
    "railing": _railing,
    "screen": _screen,
    "mirror": _mirror,
    "drape": _drape,
    "stool": _stool,
    "candles": _candles,
    "ladder": _ladder,
    "arch": _arch,
    "lamp": _lamp,
}
