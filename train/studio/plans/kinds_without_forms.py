"""Kinds of scenes without a form: hangers, open necks with their labels, ghosts, empty sets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.studio.plans.garments import plan_by_kind, plan_skirt, plan_trousers, sample_form
from train.studio.plans.kinds_of_sets import fill_set
from train.studio.plans.palette import jitter
from train.studio.plans.scene import GarmentPlan, ScenePlan

HANGERS = ("wood", "walnut", "black", "white", "chrome", "gold", "steel", "clear")


def dress_hanger(index: int, rng: np.random.Generator) -> GarmentPlan:
    """A garment that hangs nearly flat: on shoulders, or by clips at the waist."""
    if rng.random() < 0.35:
        low = plan_skirt(index, rng) if rng.random() < 0.5 else plan_trousers(index, rng)
        form = replace(sample_form(rng, ("legs",)), depth=float(rng.uniform(0.3, 0.5)))
        return replace(low, form=form, under=None, flare=min(low.flare, 0.2))
    kind = str(rng.choice(np.array(["tshirt", "longsleeve", "jacket", "coat", "dress"])))
    made = plan_by_kind(index, kind, rng)
    form = replace(sample_form(rng, ("bust",)), depth=float(rng.uniform(0.35, 0.6)))
    return replace(made, form=form, under=None, stuffing=0.05, straight=max(made.straight, 0.6))


def arrange_hanger(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """A hanger of any finish on a rail or a hook."""
    clip = plan.garment.kind in ("skirt", "trousers")
    look = replace(
        plan.look,
        cap_finish=str(rng.choice(np.array(HANGERS))),
        pole=bool(rng.random() < 0.6),
        limbs=str(rng.choice(np.array(["steel", "black", "wood", "gold", "white"]))),
    )
    return replace(plan, shown="clip" if clip else "hanger", look=look)


def arrange_ghost(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Nothing inside: a garment alone before paper of one colour."""
    grey = float(rng.choice(np.array([0.95, 0.95, rng.uniform(0.55, 0.9), rng.uniform(0.1, 0.5)])))
    paper = jitter(rng, (grey, grey, grey), 0.006)
    return replace(
        plan, shown="nothing", room=None, backdrop_colour=paper, props=(), backdrop_distance_m=2.0
    )


def dress_ghost(index: int, rng: np.random.Generator) -> GarmentPlan:
    """Any garment, alone."""
    kind = str(
        rng.choice(
            np.array(["tshirt", "dress", "trousers", "jacket", "longsleeve", "skirt", "coat"])
        )
    )
    made = plan_by_kind(index, kind, rng)
    return replace(made, under=None if made.kind not in ("jacket", "coat") else made.under)


def dress_tags(index: int, rng: np.random.Generator) -> GarmentPlan:
    """A wide neck that shows the label and the lining, or any garment for hangtags."""
    kind = str(
        rng.choice(np.array(["tshirt", "dress", "jacket", "longsleeve", "trousers", "skirt"]))
    )
    made = plan_by_kind(index, kind, rng)
    if kind in ("tshirt", "dress", "longsleeve"):
        made = replace(
            made,
            neck="scoop",
            neck_drop_m=float(rng.uniform(0.06, 0.14)),
            front="closed",
            collar=False,
        )
    return made


def arrange_tags(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Several hangtags and a size label; on a hanger, or with nothing inside, the neck is open."""
    shown = plan.shown
    if plan.garment.under is None and plan.garment.form.kind == "bust" and rng.random() < 0.5:
        shown = "nothing"
    camera = replace(
        plan.camera, fill=float(rng.uniform(0.75, 1.4)), elevation_deg=float(rng.uniform(0, 20))
    )
    tags = ("tag",) * int(rng.integers(1, 4))
    return replace(plan, shown=shown, camera=camera, props=(*tags, "label"))


def arrange_empty(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """The set without a form; now and then the hanger's rail stays."""
    shown = "nothing" if rng.random() < 0.8 else "hanger"
    look = replace(plan.look, cap_finish=str(rng.choice(np.array(HANGERS))))
    plan = replace(plan, shown=shown, look=look, props=(), accessories=())
    return fill_set(rng, plan, 0.75)
