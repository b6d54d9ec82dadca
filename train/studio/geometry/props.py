"""Every thing that can stand about a set, by its name."""

from __future__ import annotations

import numpy as np

from train.studio.geometry.furniture import FURNITURE, PropPart, build_furniture
from train.studio.geometry.hung import HUNG, build_hung
from train.studio.geometry.plants import PLANTS, build_plant
from train.studio.geometry.set_props import SET_PROPS, build_set_prop

SHAPES = (*FURNITURE, *PLANTS, *SET_PROPS, *HUNG)


def build_prop(shape: str, rng: np.random.Generator) -> list[PropPart]:
    """Return the parts of one of SHAPES, in a box of about 1 x 1 x 1 that stands on the origin."""
    if shape in PLANTS:
        return build_plant(shape, rng)
    if shape in SET_PROPS:
        return build_set_prop(shape, rng)
    if shape in HUNG:
        return build_hung(shape, rng)
    return build_furniture(shape, rng)
