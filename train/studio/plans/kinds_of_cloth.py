"""Kinds of scenes that differ in cloth: sheer, sequins, and cloth like what is behind it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.studio.plans.fabrics import sample_fabric
from train.studio.plans.garments import plan_by_kind, plan_dress, plan_skirt
from train.studio.plans.palette import Colour, jitter, sample_colour
from train.studio.plans.scene import FabricPlan, GarmentPlan, ScenePlan

WHITE: Colour = (0.94, 0.94, 0.93)
BLACK: Colour = (0.06, 0.06, 0.062)


def dress_sheer(index: int, rng: np.random.Generator) -> GarmentPlan:
    """A dress, skirt or top of tulle or lace, half of them over an opaque slip or skirt."""
    kind = str(rng.choice(np.array(["dress", "dress", "skirt", "tshirt", "longsleeve"])))
    made = plan_by_kind(index, kind, rng)
    if kind in ("dress", "skirt") and rng.random() < 0.55:
        inner = plan_dress(index, rng) if kind == "dress" else plan_skirt(index, rng)
        inner = replace(
            inner,
            form=made.form,
            ease_m=0.004,
            sleeve_m=0.0,
            flare=made.flare * 0.6,
            waves=made.waves,
            wave_m=0.006,
            hem_z_m=made.hem_z_m + float(rng.uniform(0.03, 0.3)),
            under=None,
        )
        return replace(made, under=inner, ease_m=max(made.ease_m, 0.014))
    return replace(made, under=None)


def arrange_sheer(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Tulle, lace, eyelets or mesh all over, or lace at a scalloped hem alone."""
    net = str(
        rng.choice(np.array(["tulle", "tulle", "lace", "lace", "lace", "eyelet", "mesh", ""]))
    )
    # Thinner cloth would be more form than garment.
    cover = float(rng.uniform(0.5, 0.85) if net in ("tulle", "") else rng.uniform(0.3, 0.6))
    cloth = replace(
        plan.fabric,
        net=net,
        cover=cover,
        hem_m=plan.garment.hem_z_m,
        border_m=float(rng.uniform(0.06, 0.3)) if net == "lace" and rng.random() < 0.4 else 0.0,
        scallop_m=float(rng.uniform(0.012, 0.03)) if net in ("lace", "eyelet") else 0.0,
        scale=float(rng.uniform(0.3, 0.75)),
        metallic=0.0,
    )
    if rng.random() < 0.5:
        pale = WHITE if rng.random() < 0.6 else BLACK
        cloth = replace(
            cloth, pattern="plain", colours=(jitter(rng, pale, 0.02), *cloth.colours[1:])
        )
    under = plan.under_fabrics
    if under:
        first = cloth.colours[0] if rng.random() < 0.5 else sample_colour(rng)
        opaque = replace(under[0], cover=1.0, net="", pattern="plain")
        under = (replace(opaque, colours=(first, *opaque.colours[1:])),)
    # Ribs and bands stay closed.
    band = replace(cloth, net="", cover=1.0, border_m=0.0, scallop_m=0.0)
    return replace(plan, fabric=cloth, trim=band, under_fabrics=under)


def arrange_sequins(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Sequins, or lamé without them."""
    first = jitter(
        rng,
        (
            (0.8, 0.62, 0.3),
            (0.75, 0.75, 0.77),
            (0.05, 0.05, 0.06),
            (0.5, 0.1, 0.2),
            (0.1, 0.2, 0.35),
            sample_colour(rng),
        )[int(rng.integers(6))],
        0.03,
    )
    cloth = replace(
        plan.fabric,
        pattern="sequins" if rng.random() < 0.8 else "plain",
        cover=1.0,
        net="",
        colours=(first, sample_colour(rng), first),
        metallic=float(rng.uniform(0.6, 1.0)),
        roughness=float(rng.uniform(0.12, 0.3)),
        weave=1.0,
        scale=float(rng.uniform(0.5, 1.0)),
    )
    return replace(plan, fabric=cloth, trim=cloth if rng.random() < 0.5 else plan.trim)


def arrange_white(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """White cloth on a white form before white."""
    return _match(rng, plan, WHITE)


def arrange_black(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Black cloth on a black form before black."""
    return _match(rng, plan, BLACK)


def _match(rng: np.random.Generator, plan: ScenePlan, colour: Colour) -> ScenePlan:
    def near(amount: float) -> Colour:
        return jitter(rng, colour, amount)

    def tone(cloth: FabricPlan) -> FabricPlan:
        pattern = cloth.pattern if cloth.pattern in ("knit", "melange") else "plain"
        return replace(cloth, pattern=pattern, colours=(near(0.02), near(0.03), near(0.03)))

    surface = str(rng.choice(np.array(["matt", "gloss", "jersey", "linen"])))
    form = near(0.02) if rng.random() < 0.8 else plan.form_colour
    # Most are studios: paper of the colour; a few are painted rooms.
    room = plan.room if rng.random() < 0.25 else None
    dark = sum(colour) < 0.3
    exposure = replace(plan.exposure, stops=plan.exposure.stops * 0.5 + 0.7 * dark)
    return replace(
        plan,
        fabric=tone(plan.fabric),
        trim=tone(plan.trim),
        room=room,
        form_colour=form,
        form_surface=surface if form != plan.form_colour else plan.form_surface,
        backdrop_colour=near(0.012),
        under_fabrics=tuple(tone(cloth) for cloth in plan.under_fabrics),
        look=replace(plan.look, print_=None),
        exposure=exposure,
    )


def sample_cloth(rng: np.random.Generator, plan: ScenePlan, kind: str) -> FabricPlan:
    """Return an opaque cloth for a garment of this kind in this scene."""
    cloth = sample_fabric(rng, kind, plan.backdrop_colour, plan.form_colour)
    return replace(cloth, cover=1.0, net="")


def dress_fringe(index: int, rng: np.random.Generator) -> GarmentPlan:
    """A garment with fringe or tassels at its hem, or the fuzz of brushed wool."""
    kind = str(rng.choice(np.array(["dress", "skirt", "longsleeve", "jacket", "coat"])))
    made = plan_by_kind(index, kind, rng)
    if rng.random() < 0.3:
        return replace(made, fuzz_m=float(rng.uniform(0.008, 0.03)))
    tassels = bool(rng.random() < 0.4)
    return replace(
        made,
        fringe_m=float(rng.uniform(0.05, 0.28)),
        tassel_gap_m=float(rng.uniform(0.02, 0.05)) if tassels else 0.0,
        hem_z_m=max(made.hem_z_m, 0.35),
    )


def arrange_fringe(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Whole in the picture: the hem is what matters."""
    return replace(plan, camera=replace(plan.camera, fill=float(rng.uniform(0.6, 1.0))))


def dress_knit(index: int, rng: np.random.Generator) -> GarmentPlan:
    """A knitted top, dress or coat, often brushed."""
    made = plan_by_kind(index, str(rng.choice(np.array(["longsleeve", "dress", "coat"]))), rng)
    fuzz = float(rng.choice(np.array([0.004, 0.008, rng.uniform(0.01, 0.03)])))
    return replace(
        made, fuzz_m=fuzz, front="closed" if made.kind != "coat" else "open", collar=False
    )


def arrange_knit(_: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Of a knit."""
    cloth = replace(plan.fabric, pattern="knit", cover=1.0, net="", roughness=0.95)
    return replace(plan, fabric=cloth, trim=cloth)
