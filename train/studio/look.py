"""How each scene looks, sampled from (seed, index) alone: fabric, mannequin and backdrop."""

from __future__ import annotations

import colorsys

import numpy as np

from train.studio.collection import plan_garment
from train.studio.scene import Colour, FabricPlan, ScenePlan
from train.studio.shoot_plan import camera, exposure, lights

PATTERNS = (
    "plain", "plain", "plain", "melange", "stripes", "checks", "tartan", "print", "dots", "denim",
    "knit",
)  # fmt: skip
FORM_COLOURS: dict[str, tuple[Colour, ...]] = {
    "linen": ((0.80, 0.73, 0.62), (0.72, 0.64, 0.52), (0.86, 0.81, 0.72)),
    "jersey": ((0.03, 0.03, 0.033), (0.90, 0.89, 0.87), (0.45, 0.45, 0.46), (0.12, 0.11, 0.11)),
    "gloss": ((0.92, 0.92, 0.91), (0.03, 0.03, 0.03), (0.55, 0.55, 0.56)),
    "skin": ((0.84, 0.66, 0.54), (0.72, 0.52, 0.40), (0.46, 0.30, 0.22), (0.90, 0.76, 0.66)),
}


def plan_scene(
    seed: int, index: int, scenes_per_garment: int = 6, bare_share: float = 0.04
) -> ScenePlan:
    """Everything about one picture, from the seed and its number alone."""
    garment = plan_garment(seed, index // scenes_per_garment, bare_share)
    rng = np.random.default_rng([seed, index, 21])
    backdrop = _backdrop(rng)
    form_surface = str(
        rng.choice(np.array(["linen", "linen", "jersey", "jersey", "gloss", "skin"]))
    )
    colours = FORM_COLOURS[form_surface]
    fabric = _fabric(rng, garment.kind, backdrop)
    trim = fabric
    if rng.random() < 0.3:
        trim = FabricPlan(
            "plain", (_colour(rng), fabric.colours[1], fabric.colours[2]),
            1.0, fabric.roughness, fabric.sheen, fabric.weave, fabric.seed + 1,
        )  # fmt: skip
    return ScenePlan(
        seed, index, garment, fabric, trim, form_surface,
        form_colour=_jitter(rng, colours[int(rng.integers(len(colours)))], 0.02),
        base=str(rng.choice(np.array(["disc", "tripod", "square"]))),
        wood_cap=bool(rng.random() < 0.65),
        stand_dark=bool(rng.random() < 0.35),
        backdrop_colour=backdrop,
        backdrop_distance_m=float(rng.uniform(0.9, 2.2)),
        backdrop_glow=float(rng.choice(np.array([0.0, rng.uniform(0.1, 0.7)]))),
        lights=lights(rng),
        camera=camera(rng),
        exposure=exposure(rng),
    )  # fmt: skip


def _jitter(rng: np.random.Generator, colour: Colour, amount: float) -> Colour:
    r, g, b = (np.array(colour) + rng.normal(0, amount, 3)).clip(0.01, 0.97)
    return float(r), float(g), float(b)


def _colour(rng: np.random.Generator) -> Colour:
    """A colour that clothes are sold in: neutrals often, saturated ones less often."""
    draw = rng.random()
    if draw < 0.17:
        return _jitter(rng, (0.93, 0.92, 0.90), 0.015)
    if draw < 0.28:
        return _jitter(rng, (0.07, 0.07, 0.075), 0.012)
    if draw < 0.40:
        grey = float(rng.uniform(0.25, 0.75))
        return _jitter(rng, (grey, grey, grey), 0.012)
    if draw < 0.55:  # Beige, camel, olive, brown, navy.
        picks = ((0.82, 0.75, 0.64), (0.68, 0.52, 0.36), (0.36, 0.37, 0.24), (0.30, 0.21, 0.16),
                 (0.11, 0.15, 0.28))  # fmt: skip
        return _jitter(rng, picks[int(rng.integers(len(picks)))], 0.03)
    high = float(rng.uniform(0.25, 0.95))
    red, green, blue = colorsys.hsv_to_rgb(rng.random(), float(rng.uniform(0.2, 0.9)), high)
    return red, green, blue


def _backdrop(rng: np.random.Generator) -> Colour:
    draw = rng.random()
    if draw < 0.36:
        return _jitter(rng, (0.93, 0.93, 0.93), 0.008)
    if draw < 0.58:
        grey = float(rng.uniform(0.4, 0.85))
        return _jitter(rng, (grey, grey, grey), 0.01)
    if draw < 0.74:
        return _jitter(rng, (0.83, 0.77, 0.69), 0.03)
    if draw < 0.86:
        dark = float(rng.uniform(0.06, 0.3))
        return _jitter(rng, (dark, dark, dark), 0.008)
    red, green, blue = colorsys.hsv_to_rgb(
        rng.random(), float(rng.uniform(0.15, 0.6)), float(rng.uniform(0.45, 0.9))
    )
    return red, green, blue


def _fabric(rng: np.random.Generator, kind: str, backdrop: Colour) -> FabricPlan:
    pattern = str(rng.choice(np.array(PATTERNS)))
    if kind == "trousers" and rng.random() < 0.4:
        pattern = "denim"
    if kind in ("skirt", "jacket") and rng.random() < 0.15:
        pattern = "denim"
    if pattern == "knit" and kind in ("trousers", "jacket"):
        pattern = "plain"
    first = _colour(rng)
    if rng.random() < 0.1:  # White on white and black on black are what a studio must get right.
        first = _jitter(rng, backdrop, 0.03)
    if pattern == "denim":
        washes = ((0.10, 0.14, 0.26), (0.20, 0.29, 0.43), (0.38, 0.48, 0.60), (0.05, 0.05, 0.06))
        first = _jitter(rng, washes[int(rng.integers(len(washes)))], 0.02)
    return FabricPlan(
        pattern, (first, _colour(rng), _colour(rng)),
        scale=float(rng.uniform(0.6, 1.6)),
        roughness=_roughness(rng),
        sheen=float(rng.uniform(0.0, 0.5)),
        weave=float(rng.uniform(0.1, 0.5)),
        seed=int(rng.integers(1 << 30)),
    )  # fmt: skip


def _roughness(rng: np.random.Generator) -> float:
    """Mostly matt cloth, some satin."""
    matt, satin = rng.uniform(0.6, 0.95), rng.uniform(0.3, 0.55)
    return float(rng.choice(np.array([matt, satin]), p=[0.85, 0.15]))
