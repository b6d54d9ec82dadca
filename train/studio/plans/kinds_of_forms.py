"""Kinds of scenes that differ in what carries the garment: hands, caps, hangers, nothing at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.studio.plans.fabrics import sample_fabric
from train.studio.plans.garments import (
    plan_by_kind,
    sample_form,
)
from train.studio.plans.kinds_of_sets import fill_set
from train.studio.plans.mannequins import FINISHES
from train.studio.plans.palette import Colour, jitter
from train.studio.plans.scene import AccessoryPlan, GarmentPlan, ScenePlan

HARD = (
    "gold",
    "chrome",
    "copper",
    "brass",
    "wood",
    "walnut",
    "white",
    "black",
    "skin",
    "tan",
    "brown",
    "grey",
    "plaster",
)


def dress_hands(index: int, rng: np.random.Generator) -> GarmentPlan:
    """Short sleeves or none, on a figure whose hands rest on the cloth or hang before it."""
    pose = str(rng.choice(np.array(["hip", "hips", "waist", "clasped", "hang", "hang"])))
    kind = str(rng.choice(np.array(["dress", "tshirt", "skirt", "trousers"])))
    made = plan_by_kind(index, kind, rng)
    form = replace(sample_form(rng, ("figure",)), pose=pose)
    if pose == "hang":
        form = replace(
            form,
            arm_angle_deg=float(rng.uniform(5, 14)),
            forearm_in_deg=0.0,
            forearm_forward=float(rng.uniform(0.1, 0.35)),
        )
    # Cloth that stood where the hands rest would have to pass through them.
    under = made.under
    if under is not None:
        under = replace(under, form=form, sleeve_m=min(under.sleeve_m, 0.22))
    return replace(
        made,
        form=form,
        sleeve_m=min(made.sleeve_m, 0.24),
        ease_m=min(made.ease_m, 0.014),
        straight=min(made.straight, 0.25),
        flare=min(made.flare, 0.3),
        under=under,
        wave_m=min(made.wave_m, 0.015),
    )


def arrange_hands(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Arms of any finish, near enough to see the fingers."""
    limbs = str(rng.choice(np.array(HARD)))
    camera = replace(plan.camera, fill=float(rng.uniform(0.7, 1.35)))
    return replace(
        plan, camera=camera, look=replace(plan.look, arms=True, limbs=limbs, wire=False, facets=0.0)
    )


def dress_caps(index: int, rng: np.random.Generator) -> GarmentPlan:
    """What comes up to a neck cap: stand-up collars, jackets, crew necks."""
    kind = str(rng.choice(np.array(["longsleeve", "jacket", "coat", "dress", "tshirt"])))
    made = plan_by_kind(index, kind, rng)
    form = replace(made.form, kind="bust" if rng.random() < 0.75 else "figure")
    neck = "high" if kind in ("longsleeve", "dress") and rng.random() < 0.5 else made.neck
    under = None if made.under is None else replace(made.under, form=form)
    if under is not None and under.kind in ("trousers", "skirt") and form.kind == "bust":
        under = None
    return replace(made, form=form, neck=neck, under=under)


def arrange_caps(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """A cap of any finish and shape, mostly near."""
    finish = str(rng.choice(np.array(list(FINISHES))))
    shape = str(rng.choice(np.array(["knob", "flat", "dome", "ball", "post", "ring"])))
    look = replace(
        plan.look, cap=True, cap_finish=finish, cap_shape=shape, head="none", hair="none"
    )
    camera = replace(
        plan.camera,
        fill=float(rng.uniform(0.6, 1.3)),
        shift=(plan.camera.shift[0], -abs(plan.camera.shift[1])),
    )
    return replace(plan, look=look, camera=camera)


def dress_nothing(index: int, rng: np.random.Generator) -> GarmentPlan:
    """An undressed form of any kind."""
    form = sample_form(rng, ("bust", "bust", "figure", "figure", "legs"))
    if form.kind == "figure":
        form = replace(
            form, pose=str(rng.choice(np.array(["hang", "hang", "hip", "hips", "clasped"])))
        )
    if rng.random() < 0.15:
        form = replace(form, waist=1.4, head=1.3)
    return GarmentPlan(index, "bare", form)


def arrange_undressed(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Seams, tape measures, wood and covers that look like cloth."""
    look = plan.look
    tape, seams = list[AccessoryPlan](), False
    if plan.garment.form.kind == "bust":
        seams = bool(rng.random() < 0.55)
        if rng.random() < 0.4:
            yellow: Colour = jitter(
                rng, ((0.9, 0.78, 0.25), (0.92, 0.9, 0.86))[int(rng.integers(2))], 0.03
            )
            cloth = sample_fabric(rng, "tape", plan.backdrop_colour, plan.form_colour)
            cloth = replace(
                cloth,
                pattern="stripes",
                colours=(yellow, (0.1, 0.1, 0.1), yellow),
                cover=1.0,
                net="",
                scale=0.4,
            )
            tape.append(AccessoryPlan("tape", cloth, int(rng.integers(1 << 30)), garment=False))
    finish = str(rng.choice(np.array(["", "", *HARD])))
    cap = str(rng.choice(np.array(["", *FINISHES])))
    shape = str(rng.choice(np.array(["", "knob", "dome", "ball", "flat"])))
    look = replace(look, seams=seams, limbs=finish, cap_finish=cap, cap_shape=shape)
    surface, colour = plan.form_surface, plan.form_colour
    if rng.random() < 0.15:
        surface, colour = "wood", FINISHES["wood" if rng.random() < 0.5 else "walnut"][0]
    plan = replace(
        plan, look=look, accessories=tuple(tape), form_surface=surface, form_colour=colour
    )
    return fill_set(rng, plan, 0.35)
