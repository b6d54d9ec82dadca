"""Kinds of scenes that differ in how a garment is cut: trains on the floor, children's clothes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.studio.plans.garments import plan_by_kind, plan_dress, plan_skirt
from train.studio.plans.palette import sample_colour
from train.studio.plans.scene import GarmentPlan, ScenePlan


def dress_train(index: int, rng: np.random.Generator) -> GarmentPlan:
    """A long dress or skirt whose hem lies on the floor, often with an underskirt."""
    long = plan_dress(index, rng) if rng.random() < 0.75 else plan_skirt(index, rng)
    form = replace(long.form, kind=str(rng.choice(np.array(["bust", "figure"]))))
    waves = int(rng.integers(5, 12))
    hem = float(rng.choice(np.array([0.02, -0.03, -0.1, rng.uniform(-0.2, 0.05)])))
    train = float(rng.choice(np.array([0.0, rng.uniform(0.15, 0.45), rng.uniform(0.45, 0.9)])))
    under = None
    if rng.random() < 0.4:
        under = replace(
            plan_skirt(index, rng),
            form=form,
            hem_z_m=float(rng.uniform(-0.12, 0.03)),
            waves=waves,
            flare=float(rng.uniform(0.15, 0.3)),
            ease_m=0.006,
            wave_m=0.015,
            under=None,
        )
        hem, train = hem + float(rng.uniform(0.02, 0.3)), train * 0.5
    return replace(
        long,
        form=form,
        hem_z_m=hem,
        train_m=train,
        flare=float(rng.uniform(0.2, 0.42)),
        waves=waves,
        wave_m=float(rng.uniform(0.015, 0.04)),
        under=under,
    )


def arrange_train(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """On the floor, whole in the picture, seen from where the train lies too."""
    turned = float(rng.choice(np.array([0.0, 0.0, 35.0, -35.0, 75.0, 150.0, 180.0])))
    camera = replace(
        plan.camera,
        fill=float(rng.uniform(0.6, 1.0)),
        elevation_deg=float(rng.uniform(2, 22)),
        azimuth_deg=turned + float(rng.normal(0, 10)),
    )
    place = plan.room
    if place is not None:
        low = tuple(thing for thing in place.things if thing.place[:2] != (0, 0))
        place = replace(place, plinth_m=0.0, things=low)
    return replace(plan, camera=camera, room=place)


def dress_child(index: int, rng: np.random.Generator) -> GarmentPlan:
    """Clothes of a child: a large head, little waist, short limbs."""
    kind = str(
        rng.choice(np.array(["tshirt", "dress", "trousers", "longsleeve", "skirt", "jacket"]))
    )
    made = plan_by_kind(index, kind, rng)
    form = replace(
        made.form,
        kind="figure" if made.form.kind == "bust" and rng.random() < 0.5 else made.form.kind,
        bust=float(rng.uniform(1.0, 1.12)),
        waist=float(rng.uniform(1.3, 1.5)),
        hip=float(rng.uniform(0.95, 1.08)),
        head=float(rng.uniform(1.2, 1.45)),
    )
    under = None if made.under is None else replace(made.under, form=form)
    return replace(made, form=form, straight=max(made.straight, 0.6), under=under)


def arrange_child(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """A child is smaller than its room: everything about it is larger instead."""
    grow = float(rng.uniform(1.35, 1.8))
    cloth = replace(plan.fabric, scale=plan.fabric.scale * grow)
    trim = replace(plan.trim, scale=plan.trim.scale * grow)
    place = plan.room
    if place is not None:
        things = tuple(
            replace(
                thing,
                size=(thing.size[0] * grow, thing.size[1] * grow, thing.size[2] * grow),
                place=(thing.place[0] * grow, thing.place[1], thing.place[2] * grow),
            )
            for thing in place.things
            if thing.place[:2] != (0, 0)
        )
        place = replace(place, things=things, plinth_m=0.0)
    second = sample_colour(rng)
    cloth = replace(cloth, colours=(cloth.colours[0], second, cloth.colours[2]))
    return replace(plan, fabric=cloth, trim=trim, room=place)
