"""Which surroundings a picture has, sampled: shop, home, museum or workshop instead of paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.arrays import Float64Array
from train.studio.plans.palette import Colour, jitter, sample_backdrop, sample_colour
from train.studio.plans.room import ObjectPlan, RoomPlan

WALLS = ("plain", "plain", "plain", "stone", "brick", "panels", "boards", "tiles")
FLOORS = ("planks", "planks", "planks", "tiles", "stone", "gloss", "plain")
FLOOR_COLOURS: tuple[Colour, ...] = (
    (0.55, 0.40, 0.27),
    (0.38, 0.25, 0.16),
    (0.72, 0.58, 0.42),
    (0.62, 0.61, 0.59),
    (0.30, 0.30, 0.31),
    (0.82, 0.80, 0.77),
    (0.12, 0.11, 0.11),
)
# What stands about: shape, width, depth and height in metres, lowest and highest.
STOCK = {
    "box": ((0.15, 0.15, 0.1), (0.7, 0.5, 0.9)),
    "cylinder": ((0.1, 0.1, 0.2), (0.4, 0.4, 1.0)),
    "sphere": ((0.12, 0.12, 0.12), (0.4, 0.4, 0.4)),
    "vase": ((0.12, 0.12, 0.25), (0.35, 0.35, 0.9)),
    "table": ((0.6, 0.4, 0.45), (1.5, 0.8, 0.95)),
    "shelf": ((0.7, 0.3, 1.2), (1.6, 0.4, 2.2)),
    "rack": ((0.8, 0.4, 1.3), (1.6, 0.5, 1.8)),
    "plant": ((0.5, 0.5, 0.7), (1.0, 1.0, 1.7)),
    "lamp": ((0.3, 0.3, 1.2), (0.45, 0.45, 1.8)),
    "case": ((0.6, 0.6, 1.5), (1.2, 1.0, 2.2)),
    "chair": ((0.4, 0.4, 0.8), (0.55, 0.55, 1.0)),
    "steps": ((0.5, 0.4, 0.4), (0.8, 0.6, 0.9)),
    "form": ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
}
PRINTS = ("print", "checks", "stripes", "tartan", "dots", "leopard", "camouflage")


def sample_room(rng: np.random.Generator, back_m: float) -> tuple[RoomPlan, Colour]:
    """Return a room and its wall's colour; `back_m` is how far behind the subject the wall is."""
    wall = str(rng.choice(np.array(WALLS)))
    wall_colour = sample_backdrop(rng)
    things = _on_wall(rng, back_m)
    for _ in range(int(rng.choice(np.array([0, 1, 2, 3, 4, 5, 7])))):
        things.append(_sample_object(rng, back_m))
    plinth = float(rng.choice(np.array([0.0, 0.0, 0.0, rng.uniform(0.06, 0.5)])))
    if plinth:
        edge = float(rng.uniform(0.65, 1.2))
        shade = jitter(rng, (0.85, 0.85, 0.84) if rng.random() < 0.6 else (0.1, 0.1, 0.1), 0.02)
        things.append(
            ObjectPlan(
                shape="box",
                place=(0, 0, 0),
                size=(edge, edge, plinth),
                turn_deg=0.0,
                colour=shade,
                second=shade,
            )
        )
    if rng.random() < 0.12:
        wide = float(rng.uniform(1.0, 1.5))
        dark = jitter(rng, (0.1, 0.1, 0.1), 0.03)
        things.append(
            ObjectPlan(
                shape="case",
                place=(0.0, 0.0, 0.0),
                size=(wide, 1.1, 2.1 + plinth),
                turn_deg=0.0,
                colour=dark,
                second=dark,
                metallic=1.0,
                roughness=0.3,
            )
        )
    floor_colour = jitter(rng, FLOOR_COLOURS[int(rng.integers(len(FLOOR_COLOURS)))], 0.03)
    second = jitter(rng, triple(np.array(wall_colour) * rng.uniform(0.5, 1.1)), 0.02)
    plan = RoomPlan(
        wall=wall,
        floor=str(rng.choice(np.array(FLOORS))),
        floor_colour=floor_colour,
        second=second,
        turned=bool(rng.random() < 0.5),
        plinth_m=plinth,
        things=tuple(things),
    )
    return plan, wall_colour


def triple(values: Float64Array) -> Colour:
    """Return three floats for JSON."""
    r, g, b = values.clip(0.01, 0.97)
    return float(r), float(g), float(b)


def _on_wall(rng: np.random.Generator, back_m: float) -> list[ObjectPlan]:
    """Windows, pictures, curtains and a skirting board."""
    things: list[ObjectPlan] = []
    white = jitter(rng, (0.9, 0.9, 0.88), 0.03)
    if rng.random() < 0.5:
        things.append(
            ObjectPlan(
                shape="box",
                place=(0, back_m - 0.01, 0),
                size=(16, 0.03, 0.1),
                turn_deg=0.0,
                colour=white,
                second=white,
            )
        )
    if rng.random() < 0.3:
        sky = triple(np.array([0.85, 0.93, 1.0]) * rng.uniform(0.8, 1.0))
        wide = float(rng.uniform(0.8, 2.2))
        things.append(
            ObjectPlan(
                shape="window",
                place=(float(rng.uniform(-1.6, 1.6)), back_m - 0.02, float(rng.uniform(0.1, 1.0))),
                size=(wide, 0.02, float(rng.uniform(1.0, 2.0))),
                turn_deg=0.0,
                colour=sky,
                second=sky,
                glow=float(rng.uniform(0.6, 2.5)),
                seed=int(rng.integers(1 << 30)),
            )
        )
    for _ in range(int(rng.integers(0, 4))):
        pattern = str(rng.choice(np.array(["plain", *PRINTS])))
        things.append(
            ObjectPlan(
                shape="frame",
                place=(float(rng.uniform(-2, 2)), back_m - 0.03, float(rng.uniform(0.5, 1.7))),
                size=(float(rng.uniform(0.25, 1.0)), 0.03, float(rng.uniform(0.25, 1.1))),
                turn_deg=0.0,
                colour=sample_colour(rng),
                second=sample_colour(rng),
                pattern=pattern,
                seed=int(rng.integers(1 << 30)),
            )
        )
    if rng.random() < 0.2:
        pattern = str(rng.choice(np.array(["plain", "plain", *PRINTS])))
        things.append(
            ObjectPlan(
                shape="curtain",
                place=(float(rng.uniform(-1.2, 1.2)), back_m - 0.12, 0.0),
                size=(float(rng.uniform(0.6, 3.0)), 0.09, 2.6),
                turn_deg=0.0,
                colour=sample_colour(rng),
                second=sample_colour(rng),
                pattern=pattern,
                roughness=0.9,
                seed=int(rng.integers(1 << 30)),
            )
        )
    return [replace(thing, on_wall=True) for thing in things]


def _sample_object(rng: np.random.Generator, back_m: float) -> ObjectPlan:
    """One object behind or beside the subject, now and then before it at the picture's edge."""
    shape = str(rng.choice(np.array([*STOCK, "form", "box", "table", "shelf", "plant"])))
    low, high = STOCK[shape]
    size = rng.uniform(low, high)
    side = 1.0 if rng.random() < 0.5 else -1.0
    beside = float(rng.uniform(0.0, 1.7))
    clear = 0.55 + float(max(size[0], size[1])) / 2
    y = float(rng.uniform(0.35, max(0.4, back_m - size[1] / 2)))
    if rng.random() < 0.2 and shape not in ("shelf", "rack", "case"):
        y, beside = float(rng.uniform(-0.4, 0.35)), beside + clear
    elif y < clear and shape != "form":
        beside = max(beside, clear - 0.25)
    if shape == "form":
        beside, y = max(beside, 0.65), max(y, 0.3)
    metal = bool(rng.random() < 0.2)
    pattern = str(rng.choice(np.array(["plain", "plain", "grain", *PRINTS[:3]])))
    pale = jitter(rng, (0.9, 0.9, 0.89), 0.02)
    shade = pale if rng.random() < 0.35 else sample_colour(rng)
    return ObjectPlan(
        shape=shape,
        place=(side * beside, y, 0.0),
        size=(float(size[0]), float(size[1]), float(size[2])),
        turn_deg=float(rng.uniform(-40, 40)),
        colour=shade,
        second=sample_colour(rng),
        pattern="plain" if metal else pattern,
        roughness=float(rng.uniform(0.15, 0.8)),
        metallic=0.9 * metal,
        glow=0.0,
        seed=int(rng.integers(1 << 30)),
    )
