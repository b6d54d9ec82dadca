"""Kinds of scenes that differ in the set: crowds of props, mirrors, other garments, far views."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.studio.plans.garments import plan_by_kind
from train.studio.plans.prop_stock import place_prop
from train.studio.plans.room import ObjectPlan
from train.studio.plans.rooms import sample_room
from train.studio.plans.scene import KINDS, CameraPlan, GarmentPlan, ScenePlan
from train.studio.plans.set_props import crowd_set, hang_garments


def dress_any(index: int, rng: np.random.Generator) -> GarmentPlan:
    """A garment of any kind."""
    return plan_by_kind(index, str(rng.choice(np.array(KINDS))), rng)


def furnish(
    rng: np.random.Generator, plan: ScenePlan, things: list[ObjectPlan], *, keep: bool = False
) -> ScenePlan:
    """Return the scene in its room, or a new one, with these things; `keep` what stood there.

    The room's wall may have stood elsewhere: what was on it goes, and so does what would now reach
    into the wall or behind it.
    """
    place, wall, back_m = plan.room, plan.backdrop_colour, plan.backdrop_distance_m
    if place is None:
        place, wall = sample_room(rng, back_m)
        others = place.things
    else:
        others = tuple(
            thing
            for thing in place.things
            if not thing.on_wall and thing.place[1] + thing.size[1] / 2 <= back_m
        )
    if keep:
        place = replace(place, things=(*others, *things))
    else:  # Without its plinth the form stands on the floor.
        place = replace(place, things=tuple(things), plinth_m=0.0)
    return replace(
        plan,
        room=place,
        backdrop_colour=wall,
        backdrop_glow=0.0,
    )


def measure_reach(garment: GarmentPlan) -> float:
    """Return about how far a garment comes to the side of its middle, metres."""
    if garment.kind in ("skirt", "dress", "coat"):
        return 0.14 + garment.flare * max(0.0, 1.04 - max(garment.hem_z_m, 0.0)) + garment.wave_m
    return 0.3 if garment.sleeve_m > 0.3 else 0.22


def step_back(rng: np.random.Generator, plan: ScenePlan, low: float, high: float) -> CameraPlan:
    """Return a camera far enough away that a short garment too is seen within its set."""
    garment = plan.garment
    top = 1.07 if garment.kind in ("skirt", "trousers") else 1.45
    height = top - max(0.0, garment.hem_z_m)
    fill = float(rng.uniform(low, high)) * min(1.0, max(0.6, height / 1.1))
    return replace(plan.camera, fill=fill)


def arrange_busy(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """A room full of props that touch the garment, hide parts of it, and look like cloth."""
    back = float(rng.uniform(0.6, 2.2))
    props = crowd_set(
        rng, back_m=back, reach_m=measure_reach(plan.garment), like=plan.fabric.colours[0]
    )
    camera = replace(step_back(rng, plan, 0.5, 0.95), landscape=bool(rng.random() < 0.15))
    return furnish(
        rng,
        replace(plan, backdrop_distance_m=back, camera=camera),
        props,
        keep=bool(rng.random() < 0.5),
    )


def fill_set(rng: np.random.Generator, plan: ScenePlan, share: float) -> ScenePlan:
    """Put the props of a busy room about a subject without a garment, in this share of scenes."""
    if rng.random() >= share:
        return plan
    back = float(rng.uniform(0.6, 2.2))
    cloth = plan.fabric.colours[0]
    props = crowd_set(rng, back_m=back, reach_m=0.2, like=cloth)
    if rng.random() < 0.3:
        props += hang_garments(rng, back_m=back, reach_m=0.3, like=cloth)
    return furnish(rng, replace(plan, backdrop_distance_m=back), props)


def arrange_mirror(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """A mirror that shows the garment from its other side."""
    side = float(rng.choice(np.array([-1.0, 1.0])))
    x = side * (measure_reach(plan.garment) + float(rng.uniform(0.15, 0.6)))
    y = float(rng.uniform(0.25, 1.1))
    back = y + float(rng.uniform(0.3, 1.2))
    # Its normal halves the way from the garment to the camera.
    to_form, to_camera = np.array([-x, -y]), np.array([-x, -3.2 - y])
    half = to_form / np.linalg.norm(to_form) + to_camera / np.linalg.norm(to_camera)
    turn = float(np.degrees(np.arctan2(half[0], -half[1])))
    mirror = place_prop(
        rng,
        "mirror",
        x_m=x,
        y_m=y,
        turn_deg=turn + float(rng.normal(0, 4)),
        tilt_deg=float(rng.uniform(-5, 0)),
        grow=float(rng.uniform(1.0, 1.3)),
    )
    things = [mirror]
    if rng.random() < 0.5:
        things += crowd_set(rng, back_m=back, reach_m=abs(x) + 0.4, like=plan.fabric.colours[0])[:3]
    # The garment makes room for the mirror in the frame.
    camera = step_back(rng, plan, 0.45, 0.75)
    camera = replace(camera, shift=(-side * float(rng.uniform(0.3, 0.9)), camera.shift[1]))
    return furnish(rng, replace(plan, backdrop_distance_m=back, camera=camera), things)


def arrange_second(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Other garments behind and beside the one on the form."""
    back = float(rng.uniform(0.7, 2.0))
    things = hang_garments(
        rng, back_m=back, reach_m=measure_reach(plan.garment), like=plan.fabric.colours[0]
    )
    camera = step_back(rng, plan, 0.5, 0.95)
    return furnish(
        rng,
        replace(plan, backdrop_distance_m=back, camera=camera),
        things,
        keep=bool(rng.random() < 0.3),
    )


def arrange_small(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """At about a twentieth of the frame, in a room with props, or alone before paper."""
    if rng.random() < 0.7:
        plan = arrange_busy(rng, plan)
    camera = replace(
        plan.camera,
        fill=float(rng.uniform(0.22, 0.42)),
        focal_mm=float(rng.uniform(24, 50)),
        f_stop=0.0,
        shift=(float(rng.uniform(-0.5, 0.5)), float(rng.uniform(-0.5, 0.3))),
    )
    return replace(plan, camera=camera)


def arrange_turned(rng: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """From three quarters, from the side or from behind."""
    turn = float(
        rng.choice(np.array([40.0, -40.0, 60.0, -60.0, 90.0, -90.0, 140.0, -140.0, 180.0]))
    )
    return replace(plan, camera=replace(plan.camera, azimuth_deg=turn + float(rng.normal(0, 9))))


def arrange_as_it_is(_: np.random.Generator, plan: ScenePlan) -> ScenePlan:
    """Nothing changes."""
    return plan
