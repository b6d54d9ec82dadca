"""Which cloth a garment is made of, sampled."""

from __future__ import annotations

import numpy as np

from train.studio.plans.palette import Colour, jitter, sample_colour
from train.studio.plans.scene import FabricPlan

PATTERNS = (
    "plain",
    "plain",
    "plain",
    "plain",
    "melange",
    "stripes",
    "checks",
    "tartan",
    "print",
    "dots",
    "denim",
    "knit",
    "camouflage",
    "leopard",
    "houndstooth",
    "chevron",
    "leaves",
    "blooms",
    "blooms",
    "bands",
    "washed",
)


def sample_fabric(
    rng: np.random.Generator, kind: str, backdrop: Colour, form_colour: Colour
) -> FabricPlan:
    """Return the main cloth of a garment of this kind."""
    pattern = str(rng.choice(np.array(PATTERNS)))
    if kind == "trousers" and rng.random() < 0.4:
        pattern = "denim"
    if kind in ("skirt", "jacket") and rng.random() < 0.15:
        pattern = "denim"
    if pattern == "knit" and kind in ("trousers", "jacket"):
        pattern = "plain"
    first = sample_colour(rng)
    # White on white and black on black are what a studio must get right.
    alike = rng.random()
    if alike < 0.18:
        first = jitter(rng, backdrop if alike < 0.09 else form_colour, 0.03)
    if pattern == "denim":
        washes = ((0.10, 0.14, 0.26), (0.20, 0.29, 0.43), (0.38, 0.48, 0.60), (0.05, 0.05, 0.06))
        first = jitter(rng, washes[int(rng.integers(len(washes)))], 0.02)
    sheer = kind in ("dress", "skirt", "tshirt", "longsleeve") and rng.random() < 0.08
    if kind == "coat" and pattern in ("denim", "knit"):
        pattern = "melange"
    return FabricPlan(
        pattern,
        (first, sample_colour(rng), sample_colour(rng)),
        scale=float(rng.uniform(0.6, 1.6)),
        roughness=_roughness(rng),
        sheen=float(rng.uniform(0.0, 0.5)),
        weave=float(rng.uniform(0.1, 0.5)),
        seed=int(rng.integers(1 << 30)),
        cover=float(rng.uniform(0.62, 0.9)) if sheer else 1.0,
        net=str(rng.choice(np.array(["lace", "eyelet"]))) if sheer and rng.random() < 0.5 else "",
    )


def _roughness(rng: np.random.Generator) -> float:
    """Mostly matt cloth, some satin."""
    matt, satin = rng.uniform(0.6, 0.95), rng.uniform(0.3, 0.55)
    return float(rng.choice(np.array([matt, satin]), p=[0.85, 0.15]))


def sample_trim(rng: np.random.Generator, cloth: FabricPlan) -> FabricPlan:
    """Return the cloth of ribs, belts and bands: mostly the garment's own."""
    if rng.random() >= 0.35:
        return cloth
    return FabricPlan(
        pattern="plain",
        colours=(sample_colour(rng), cloth.colours[1], cloth.colours[2]),
        scale=1.0,
        roughness=cloth.roughness,
        sheen=cloth.sheen,
        weave=cloth.weave,
        seed=cloth.seed + 1,
        cover=cloth.cover,
        net=cloth.net,
    )
