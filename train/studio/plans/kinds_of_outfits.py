"""Kinds of scenes that differ in what is worn: layers, trousers below, trains, fringe, children."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.studio.plans.fabrics import sample_fabric
from train.studio.plans.form import FormPlan
from train.studio.plans.garments import (
    plan_by_kind,
    plan_dress,
    plan_skirt,
    plan_top,
    plan_trousers,
    sample_form,
)
from train.studio.plans.palette import jitter
from train.studio.plans.scene import AccessoryPlan, FabricPlan, GarmentPlan, ScenePlan


def dress_below(index: int, rng: np.random.Generator) -> GarmentPlan:
    """A tunic, jacket or short dress over trousers, a skirt or an underskirt, on a figure."""
    form = sample_form(rng, ("figure",))
    draw = rng.random()
    if draw < 0.45:  # A tunic.
        top = replace(
            plan_top(index, "longsleeve", rng),
            hem_z_m=float(rng.uniform(0.48, 0.78)),
            flare=float(rng.uniform(0.03, 0.22)),
            ease_m=float(rng.uniform(0.014, 0.03)),
        )
    elif draw < 0.65:
        top = plan_top(index, "jacket", rng)
    elif draw < 0.85:
        top = replace(plan_dress(index, rng), hem_z_m=float(rng.uniform(0.5, 0.8)))
    else:
        top = plan_top(index, "tshirt", rng)
    return replace(top, form=form, under=plan_lower(index, rng, form, below_m=top.hem_z_m))


def plan_lower(
    index: int, rng: np.random.Generator, form: FormPlan, *, below_m: float
) -> GarmentPlan:
    """Return trousers or a skirt that shows below a hem at `below_m`."""
    if rng.random() < 0.7:
        lower = replace(
            plan_trousers(index, rng),
            hem_z_m=float(rng.uniform(0.05, 0.3)),
            pocket=False,
            flare=float(rng.choice(np.array([0.0, 0.03, rng.uniform(0.05, 0.25)]))),
        )
    else:
        lower = replace(plan_skirt(index, rng), flare=float(rng.uniform(0.05, 0.3)))
        lower = replace(lower, hem_z_m=max(0.04, below_m - float(rng.uniform(0.06, 0.45))))
    return replace(lower, form=form, ease_m=min(lower.ease_m, 0.01), under=None)


def dress_layers(index: int, rng: np.random.Generator) -> GarmentPlan:
    """A coat over a dress, a suit with shirt and trousers, or a garment for scarf and belt."""
    draw = rng.random()
    form = sample_form(rng, ("bust", "figure"))
    if draw < 0.3:
        inner = replace(plan_dress(index, rng), sleeve_m=0.0, ease_m=0.006, under=None)
        inner = replace(inner, form=form, flare=min(inner.flare, 0.15), wave_m=0.008)
        coat = plan_top(index, str(rng.choice(np.array(["coat", "jacket"]))), rng)
        return replace(coat, form=form, front="open", under=inner)
    if draw < 0.6:
        form = replace(form, kind="figure")
        shirt = replace(
            plan_top(index, "longsleeve", rng),
            ease_m=0.006,
            straight=0.2,
            flare=0.0,
            hem_z_m=0.95,
            front="buttoned",
            collar=True,
            belt=False,
            sleeve_m=0.0,
        )
        lower = replace(plan_lower(index, rng, form, below_m=0.8), ease_m=0.012)
        jacket = plan_top(index, "jacket", rng)
        shirt = replace(shirt, form=form, under=lower)
        return replace(
            jacket, form=form, under=shirt, front=str(rng.choice(np.array(["open", "buttoned"])))
        )
    fitted = plan_by_kind(index, str(rng.choice(np.array(["dress", "tshirt", "longsleeve"]))), rng)
    return replace(
        fitted,
        form=form,
        ease_m=min(fitted.ease_m, 0.012),
        straight=min(fitted.straight, 0.3),
        under=None,
    )


def arrange_layers(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Scarf, stole, tie, bow, belt, hat or headscarf; in like or unlike cloth."""
    garment, names = plan.garment, list[str]()
    shirt = garment.under is not None and garment.under.front == "buttoned"
    if shirt and rng.random() < 0.8:
        names.append("tie")
    elif garment.kind in ("dress", "tshirt", "longsleeve"):
        names.append(str(rng.choice(np.array(["scarf", "scarf", "stole", "tie", "bow", "belt"]))))
        if rng.random() < 0.3 and "belt" not in names:
            names.append("belt")
    elif rng.random() < 0.6:
        names.append("scarf")
    look = plan.look
    if garment.form.kind == "figure" and rng.random() < 0.55:
        names.append(str(rng.choice(np.array(["hat", "headscarf"]))))
        look = replace(look, head="face" if rng.random() < 0.7 else "egg", hair="none")
    worn = [
        AccessoryPlan(name, _accessory_cloth(rng, plan), int(rng.integers(1 << 30)))
        for name in dict.fromkeys(names)
    ]
    under = plan.under_fabrics
    if rng.random() < 0.4:  # A suit or costume of one cloth.
        under = (*under[:-1], plan.fabric) if under else under
    camera = replace(plan.camera, fill=float(rng.uniform(0.6, 1.05)))
    return replace(plan, accessories=tuple(worn), look=look, under_fabrics=under, camera=camera)


def _accessory_cloth(rng: np.random.Generator, plan: ScenePlan) -> FabricPlan:
    if rng.random() < 0.3:
        return plan.fabric
    cloth = sample_fabric(rng, "scarf", plan.backdrop_colour, plan.form_colour)
    return replace(cloth, scale=cloth.scale * 0.7)


def arrange_below(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Whole in the picture; trousers of the same cloth, of a like colour, or of another."""
    draw = rng.random()
    cloth = plan.under_fabrics[0] if plan.under_fabrics else plan.fabric
    if draw < 0.35:
        cloth = plan.fabric
    elif draw < 0.6:
        cloth = replace(
            cloth, pattern="plain", colours=(plan.fabric.colours[1], *cloth.colours[1:])
        )
    elif draw < 0.75:  # In the colour of the wall or of the form.
        other = plan.backdrop_colour if rng.random() < 0.5 else plan.form_colour
        cloth = replace(
            cloth, pattern="plain", colours=(jitter(rng, other, 0.04), *cloth.colours[1:])
        )
    camera = replace(plan.camera, fill=float(rng.uniform(0.6, 1.02)))
    return replace(plan, under_fabrics=(cloth,), camera=camera, look=replace(plan.look, legs=True))
