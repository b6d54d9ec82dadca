"""How each scene looks, sampled from (seed, index) alone."""

from __future__ import annotations

import numpy as np

from train.studio.plans.fabrics import fabric, trim
from train.studio.plans.garments import plan_garment
from train.studio.plans.lights_and_camera import ambient, camera, exposure, lights
from train.studio.plans.mannequins import sample_style, surface
from train.studio.plans.palette import backdrop_colour, jitter
from train.studio.plans.rooms import room
from train.studio.plans.scene import Colour, ScenePlan

PROPS = {"tag": 0.16, "bag": 0.06, "necklace": 0.06, "shoes": 0.4}


def plan_scene(
    seed: int, index: int, scenes_per_garment: int = 6, bare_share: float = 0.04
) -> ScenePlan:
    """Return everything about one picture, from the seed and its number alone."""
    number = index // scenes_per_garment
    garment = plan_garment(seed, number, bare_share)
    rng = np.random.default_rng([seed, index, 21])
    form_surface, form_colour = surface(rng, garment.form)
    look = sample_style(
        np.random.default_rng([seed, number, 22]), rng, garment.form, garment.kind, form_surface
    )
    back_m = float(rng.uniform(0.9, 2.2))
    place = None
    backdrop = backdrop_colour(rng)
    if rng.random() < 0.55:
        back_m = float(rng.uniform(0.7, 3.5))
        place, backdrop = room(rng, back_m)
    form_colour = _near(rng, form_colour, backdrop, 0.08)
    cloth = fabric(rng, garment.kind, backdrop, form_colour)
    return ScenePlan(
        seed, index, garment, cloth, trim(rng, cloth), form_surface,
        form_colour=form_colour,
        base=str(rng.choice(np.array(["disc", "tripod", "square"]))),
        wood_cap=bool(rng.random() < 0.65),
        stand_dark=bool(rng.random() < 0.35),
        backdrop_colour=backdrop,
        backdrop_distance_m=back_m,
        backdrop_glow=0.0 if place else float(rng.choice(np.array([0.0, rng.uniform(0.1, 0.7)]))),
        lights=lights(rng, indoors=place is not None),
        camera=camera(rng),
        exposure=exposure(rng),
        look=look,
        room=place,
        ambient=ambient(rng),
        under_fabric=None if garment.under is None else fabric(
            rng, garment.under.kind, backdrop, form_colour
        ),
        props=tuple(name for name, share in PROPS.items() if rng.random() < share),
    )  # fmt: skip


def _near(rng: np.random.Generator, own: Colour, other: Colour, share: float) -> Colour:
    """Now and then the other colour: white before white is what a studio must get right."""
    return jitter(rng, other, 0.03) if rng.random() < share else own
