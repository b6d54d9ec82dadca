"""How each scene looks, sampled from (seed, index) alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train.studio.plans.fabrics import sample_fabric, sample_trim
from train.studio.plans.garments import plan_garment
from train.studio.plans.kinds import SCENE_KINDS, choose_kind
from train.studio.plans.lights_and_camera import (
    sample_ambient,
    sample_camera,
    sample_exposure,
    sample_lights,
)
from train.studio.plans.mannequins import sample_style, sample_surface
from train.studio.plans.palette import Colour, jitter, sample_backdrop
from train.studio.plans.rooms import sample_room
from train.studio.plans.scene import GarmentPlan, ScenePlan

PROPS = {"tag": 0.16, "bag": 0.06, "necklace": 0.06, "shoes": 0.4}


def plan_scene(
    seed: int, index: int, scenes_per_garment: int = 6, bare_share: float = 0.04,
    kinds: tuple[str, ...] = (),
) -> ScenePlan:  # fmt: skip
    """Return everything about one picture, from the seed and its number alone.

    Args:
        seed: of the data set.
        index: number of the picture.
        scenes_per_garment: pictures that share one garment.
        bare_share: share of forms without a garment, where no kinds are asked for.
        kinds: of SCENE_KINDS, which come in rounds; none is a mixture without names.
    """
    number = index // scenes_per_garment
    if not kinds:
        return _sample_scene(seed, index, number, plan_garment(seed, number, bare_share))
    name = choose_kind(seed, number, kinds)
    garment = SCENE_KINDS[name].dress(number, np.random.default_rng([seed, number, 14]))
    plan = replace(_sample_scene(seed, index, number, garment), kind=name)
    return SCENE_KINDS[name].arrange(np.random.default_rng([seed, index, 24]), plan)


def _sample_scene(seed: int, index: int, number: int, garment: GarmentPlan) -> ScenePlan:
    rng = np.random.default_rng([seed, index, 21])
    form_surface, form_colour = sample_surface(rng, garment.form)
    look = sample_style(
        np.random.default_rng([seed, number, 22]), rng, garment.form, garment.kind, form_surface
    )
    back_m = float(rng.uniform(0.9, 2.2))
    place = None
    backdrop = sample_backdrop(rng)
    if rng.random() < 0.55:
        back_m = float(rng.uniform(0.7, 3.5))
        place, backdrop = sample_room(rng, back_m)
    form_colour = _draw_near(rng, form_colour, backdrop, 0.08)
    cloth = sample_fabric(rng, garment.kind, backdrop, form_colour)
    return ScenePlan(
        seed=seed,
        index=index,
        garment=garment,
        fabric=cloth,
        trim=sample_trim(rng, cloth),
        form_surface=form_surface,
        form_colour=form_colour,
        base=str(rng.choice(np.array(["disc", "tripod", "square"]))),
        wood_cap=bool(rng.random() < 0.65),
        stand_dark=bool(rng.random() < 0.35),
        backdrop_colour=backdrop,
        backdrop_distance_m=back_m,
        backdrop_glow=0.0 if place else float(rng.choice(np.array([0.0, rng.uniform(0.1, 0.7)]))),
        lights=sample_lights(rng, indoors=place is not None),
        camera=sample_camera(rng),
        exposure=sample_exposure(rng),
        look=look,
        room=place,
        ambient=sample_ambient(rng),
        under_fabrics=tuple(
            sample_fabric(rng, worn.kind, backdrop, form_colour)
            for worn in list_layers(garment)[1:]
        ),
        props=tuple(name for name, share in PROPS.items() if rng.random() < share),
    )


def list_layers(garment: GarmentPlan) -> list[GarmentPlan]:
    """Return the garment and all that is worn beneath it, from the outside in."""
    layers = [garment]
    while layers[-1].under is not None:
        layers.append(layers[-1].under)
    return layers


def _draw_near(rng: np.random.Generator, own: Colour, other: Colour, share: float) -> Colour:
    """Now and then the other colour: white before white is what a studio must get right."""
    return jitter(rng, other, 0.03) if rng.random() < share else own
