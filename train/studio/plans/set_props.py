"""Props that dress a set about the subject: they touch it, hide it, and look like cloth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.studio.plans.palette import Colour
from train.studio.plans.prop_stock import SIZES, place_prop
from train.studio.plans.room import ObjectPlan

# What stands where; what is named twice comes twice as often.
BEHIND = (
    "parasol", "railing", "screen", "drape", "drape", "arch", "garland", "palm", "plant",
    "pampas", "lamp", "ladder", "parasol", "frame",
)  # fmt: skip
BESIDE = (
    "pampas", "pampas", "dried", "dried", "plant", "palm", "vase", "branch", "lamp", "stool",
    "table", "chair", "candles", "drape", "umbrella", "parasol", "ladder", "screen",
)  # fmt: skip
ON_TABLES = (
    "vase", "dried", "candles", "folded", "lamp", "pampas",
)  # fmt: skip
IN_FRONT = (
    "pampas", "dried", "plant", "vase", "railing", "stool", "candles", "palm", "folded", "branch",
)  # fmt: skip
OTHERS = (
    "hung top", "hung top", "hung trousers", "rail", "dressed", "dressed", "folded",
)  # fmt: skip


def crowd_set(
    rng: np.random.Generator, *, back_m: float, reach_m: float, like: Colour
) -> list[ObjectPlan]:
    """Return the props of a busy set: some behind, some beside and touching, some in front."""
    props = [_stand_behind(rng, back_m, like) for _ in range(int(rng.integers(1, 4)))]
    for side in rng.permutation(np.array([-1.0, 1.0]))[: int(rng.integers(1, 3))]:
        props += _stand_beside(rng, float(side), reach_m, like)
    if rng.random() < 0.75:
        props += _stand_before(rng, reach_m, like)
    if rng.random() < 0.4:
        props += _hang_frames(rng, back_m)
    return props


def _stand_behind(rng: np.random.Generator, back_m: float, like: Colour) -> ObjectPlan:
    shape = str(rng.choice(np.array(BEHIND)))
    x, y = float(rng.normal(0, 0.35)), float(rng.uniform(0.4, max(0.5, back_m - 0.25)))
    if shape == "parasol":
        # Open, its inside or its top towards the camera, as a disc behind the garment.
        tilt = float(rng.choice(np.array([65.0, 80.0, 100.0, -70.0])))
        height = float(rng.uniform(0.6, 1.5))
        return _open_parasol(rng, x_m=x, y_m=y, z_m=height, tilt_deg=tilt, like=like)
    if shape in ("arch", "garland", "railing", "screen"):
        return place_prop(rng, shape, x_m=x * 0.6, y_m=y, turn_deg=float(rng.normal(0, 8)))
    if shape == "frame":
        return place_prop(
            rng,
            shape,
            x_m=x,
            y_m=y,
            z_m=float(rng.uniform(0.0, 0.5)),
            tilt_deg=-6.0,
            turn_deg=float(rng.normal(0, 10)),
            grow=1.4,
        )
    return place_prop(rng, shape, x_m=x, y_m=y, like=like)


def _open_parasol(
    rng: np.random.Generator,
    *,
    x_m: float,
    y_m: float,
    z_m: float,
    tilt_deg: float,
    like: Colour,
) -> ObjectPlan:
    """Return a parasol whose canopy, not its foot, is at the place."""
    made = place_prop(rng, "parasol", x_m=0.0, y_m=0.0, like=like, tilt_deg=tilt_deg, grow=0.85)
    tilt, turn, reach = np.radians(tilt_deg), np.radians(made.turn_deg), 0.85 * made.size[2]
    foot = np.array(
        [
            x_m - reach * np.sin(turn) * np.sin(tilt),
            y_m + reach * np.cos(turn) * np.sin(tilt),
            z_m - reach * np.cos(tilt),
        ]
    )
    return replace(made, place=(float(foot[0]), float(foot[1]), float(foot[2])))


def _stand_beside(
    rng: np.random.Generator, side: float, reach_m: float, like: Colour
) -> list[ObjectPlan]:
    props = []
    for _ in range(int(rng.integers(1, 4))):
        shape = str(rng.choice(np.array(BESIDE)))
        wide = SIZES[shape][0][0] * (
            0.3 if shape in ("pampas", "dried", "branch", "umbrella") else 0.5
        )
        x = side * (reach_m + wide + float(rng.uniform(-0.22, 0.2)))
        y = float(rng.uniform(-0.25, 0.45))
        if shape == "parasol":
            # On the floor, leaning on its edge.
            tilt = float(rng.uniform(95, 125))
            y = abs(y) + 0.1
            props.append(_open_parasol(rng, x_m=x, y_m=y, z_m=0.5, tilt_deg=tilt, like=like))
            continue
        tilt = float(rng.uniform(-14, -6)) if shape in ("umbrella", "ladder") else 0.0
        props.append(place_prop(rng, shape, x_m=x, y_m=y, like=like, tilt_deg=tilt))
        if shape in ("table", "stool") and rng.random() < 0.8:
            top = props[-1].size[2]
            above = str(rng.choice(np.array(ON_TABLES)))
            props.append(place_prop(rng, above, x_m=x, y_m=y, z_m=top, like=like, grow=0.5))
    return props


def _stand_before(rng: np.random.Generator, reach_m: float, like: Colour) -> list[ObjectPlan]:
    """What hides a part of the garment: at its hem or side, never across its middle."""
    shape = str(rng.choice(np.array(IN_FRONT)))
    side = float(rng.choice(np.array([-1.0, 1.0])))
    if shape == "railing":
        return [
            place_prop(
                rng,
                shape,
                x_m=side * float(rng.uniform(0.4, 1.0)),
                y_m=-0.5,
                turn_deg=float(rng.normal(0, 10)),
                grow=0.8,
            )
        ]
    x = side * (reach_m * float(rng.uniform(0.5, 1.2)) + 0.05)
    grow = float(rng.uniform(0.35, 0.7))
    return [
        place_prop(rng, shape, x_m=x, y_m=float(rng.uniform(-0.7, -0.35)), like=like, grow=grow)
    ]


def _hang_frames(rng: np.random.Generator, back_m: float) -> list[ObjectPlan]:
    """A wall of pictures."""
    frames = [
        place_prop(
            rng,
            "frame",
            x_m=float(rng.uniform(-1.2, 1.2)),
            y_m=back_m - 0.03,
            z_m=float(rng.uniform(0.5, 1.9)),
            turn_deg=0.0,
            grow=0.6,
        )
        for _ in range(int(rng.integers(3, 10)))
    ]
    return [replace(frame, on_wall=True) for frame in frames]


def hang_garments(
    rng: np.random.Generator, *, back_m: float, reach_m: float, like: Colour
) -> list[ObjectPlan]:
    """Return other garments of a room: hanging behind or beside, on a rail, folded, on a form."""
    found = []
    for _ in range(int(rng.integers(1, 4))):
        shape = str(rng.choice(np.array(OTHERS)))
        side = float(rng.choice(np.array([-1.0, 1.0])))
        wide = {"dressed": 0.2}.get(shape, SIZES[shape][0][0] * 0.5)
        x = side * (reach_m + wide + float(rng.uniform(-0.12, 0.45)))
        y, z = float(rng.uniform(0.05, max(0.3, back_m - 0.35))), 0.0
        if shape == "rail":
            y = max(y, 0.45)
        if y > 0.4:
            x *= float(rng.uniform(0.3, 1.0))
        if shape.startswith("hung"):
            z = float(rng.uniform(0.45, 0.9))
        if shape == "folded":
            z = float(rng.choice(np.array([0.0, 0.6])))
        found.append(
            place_prop(
                rng, shape, x_m=x, y_m=y, z_m=z, like=like, turn_deg=float(rng.normal(0, 18))
            )
        )
        if z == 0.6:
            found.append(place_prop(rng, "table", x_m=x, y_m=y, turn_deg=0.0))
    return found
