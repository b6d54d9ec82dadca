"""Single props of a set: how large they are and what colours they come in."""

from __future__ import annotations

import numpy as np

from train.studio.plans.palette import Colour, jitter, sample_colour
from train.studio.plans.room import ObjectPlan

# Width, depth and height in metres, lowest and highest.
SIZES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "parasol": ((0.8, 0.8, 0.8), (1.9, 1.9, 1.9)),
    "umbrella": ((0.8, 0.8, 0.8), (1.0, 1.0, 1.2)),
    "railing": ((0.9, 0.06, 0.7), (2.4, 0.1, 1.1)),
    "screen": ((1.0, 0.25, 1.5), (2.2, 0.5, 2.0)),
    "mirror": ((0.5, 0.04, 1.3), (1.0, 0.06, 2.0)),
    "drape": ((0.4, 0.15, 1.4), (1.4, 0.35, 2.5)),
    "stool": ((0.3, 0.3, 0.4), (0.45, 0.45, 0.7)),
    "candles": ((0.3, 0.3, 0.5), (0.6, 0.6, 0.9)),
    "ladder": ((0.4, 0.06, 1.4), (0.5, 0.08, 2.2)),
    "arch": ((0.9, 0.1, 1.6), (1.5, 0.3, 2.2)),
    "garland": ((1.3, 0.6, 1.7), (1.9, 1.0, 2.2)),
    "plant": ((0.8, 0.8, 0.8), (1.3, 1.3, 1.8)),
    "palm": ((0.8, 0.8, 1.0), (1.2, 1.2, 1.9)),
    "pampas": ((1.0, 1.0, 0.9), (1.3, 1.3, 1.8)),
    "dried": ((0.9, 0.9, 0.7), (1.4, 1.4, 1.4)),
    "branch": ((0.9, 0.9, 1.0), (1.3, 1.3, 1.6)),
    "vase": ((0.2, 0.2, 0.3), (0.45, 0.45, 1.0)),
    "lamp": ((0.3, 0.3, 1.2), (0.5, 0.5, 1.8)),
    "table": ((0.4, 0.4, 0.45), (1.0, 0.6, 0.8)),
    "chair": ((0.4, 0.4, 0.8), (0.55, 0.55, 1.0)),
    "frame": ((0.3, 0.02, 0.4), (1.0, 0.04, 1.3)),
    "hung top": ((0.55, 0.2, 0.8), (0.75, 0.3, 1.35)),
    "hung trousers": ((0.5, 0.16, 0.6), (0.6, 0.25, 0.8)),
    "rail": ((0.7, 0.45, 1.35), (1.6, 0.55, 1.75)),
    "folded": ((0.3, 0.25, 0.15), (0.45, 0.35, 0.4)),
    "dressed": ((1.5, 1.5, 1.55), (1.75, 1.75, 1.75)),
}
DRY: tuple[Colour, ...] = (
    (0.83, 0.74, 0.60),
    (0.70, 0.58, 0.44),
    (0.90, 0.86, 0.78),
    (0.78, 0.60, 0.55),
    (0.62, 0.50, 0.36),
    (0.93, 0.91, 0.88),
    (0.85, 0.55, 0.35),
)
GREENS: tuple[Colour, ...] = (
    (0.16, 0.28, 0.12),
    (0.25, 0.38, 0.18),
    (0.36, 0.42, 0.22),
    (0.42, 0.50, 0.40),
)
WOODS: tuple[Colour, ...] = (
    (0.72, 0.55, 0.36),
    (0.5, 0.33, 0.2),
    (0.27, 0.16, 0.1),
    (0.9, 0.89, 0.87),
    (0.06, 0.06, 0.06),
    (0.80, 0.64, 0.32),
)
CLOTHS = ("drape", "parasol", "umbrella", "hung top", "hung trousers", "rail", "folded", "dressed")
PRINTS = (
    "plain",
    "plain",
    "plain",
    "plain",
    "print",
    "stripes",
    "checks",
    "blooms",
    "washed",
    "dots",
)


def place_prop(
    rng: np.random.Generator,
    shape: str,
    *,
    x_m: float,
    y_m: float,
    z_m: float = 0.0,
    like: Colour | None = None,
    turn_deg: float | None = None,
    tilt_deg: float = 0.0,
    grow: float = 1.0,
) -> ObjectPlan:
    """Return a prop at a place; cloth among the props has the colour `like` now and then."""
    low, high = SIZES[shape]
    size = np.array(low) + rng.random() * (np.array(high) - low) * rng.uniform(0.8, 1.0, 3)
    own, second = _colours(rng, shape, like)
    pattern = "plain"
    if shape in CLOTHS or shape == "frame":
        pattern = str(rng.choice(np.array(PRINTS)))
    elif shape in ("railing", "screen", "stool", "ladder", "table", "chair") and rng.random() < 0.5:
        pattern = "grain"
    glowing = shape == "lamp" and rng.random() < 0.6
    turned = float(rng.uniform(-35, 35)) if turn_deg is None else turn_deg
    return ObjectPlan(
        shape=shape,
        place=(x_m, y_m, z_m),
        size=(float(size[0]) * grow, float(size[1]) * grow, float(size[2]) * grow),
        turn_deg=turned,
        colour=own,
        second=second,
        pattern=pattern,
        roughness=float(rng.uniform(0.3, 0.9)),
        glow=float(rng.uniform(0.6, 1.6)) if glowing else 0.0,
        seed=int(rng.integers(1 << 30)),
        tilt_deg=tilt_deg,
    )


def _colours(rng: np.random.Generator, shape: str, like: Colour | None) -> tuple[Colour, Colour]:
    if shape in ("pampas", "dried", "branch"):
        own = DRY[int(rng.integers(len(DRY)))]
    elif shape in ("plant", "palm"):
        own = GREENS[int(rng.integers(len(GREENS)))]
    elif shape in ("railing", "screen", "stool", "ladder", "table", "chair", "mirror", "arch"):
        own = WOODS[int(rng.integers(len(WOODS)))]
    else:
        own = sample_colour(rng)
    if shape == "lamp":
        own = (0.95, 0.88, 0.74)
    if like is not None and shape in CLOTHS and rng.random() < 0.35:
        own = like
    return jitter(rng, own, 0.025), sample_colour(rng)
