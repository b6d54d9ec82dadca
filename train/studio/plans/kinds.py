"""The kinds of scenes that can be asked for by name; index.csv names the kind of each picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from train.studio.plans import kinds_of_cloth as cloth
from train.studio.plans import kinds_of_cuts as cuts
from train.studio.plans import kinds_of_forms as forms
from train.studio.plans import kinds_of_outfits as outfits
from train.studio.plans import kinds_of_sets as sets
from train.studio.plans import kinds_without_forms as formless
from train.studio.plans.scene import GarmentPlan, ScenePlan


@dataclass(frozen=True)
class SceneKind:
    """What makes a kind of scene: `dress` plans its garment by number, `arrange` alters a scene."""

    dress: Callable[[int, np.random.Generator], GarmentPlan] = sets.dress_any
    arrange: Callable[[np.random.Generator, ScenePlan], ScenePlan] = sets.arrange_as_it_is


SCENE_KINDS: dict[str, SceneKind] = {
    "busy-room": SceneKind(arrange=sets.arrange_busy),
    "below": SceneKind(outfits.dress_below, outfits.arrange_below),
    "undressed": SceneKind(forms.dress_nothing, forms.arrange_undressed),
    "train": SceneKind(cuts.dress_train, cuts.arrange_train),
    "hands": SceneKind(forms.dress_hands, forms.arrange_hands),
    "cap": SceneKind(forms.dress_caps, forms.arrange_caps),
    "mirror": SceneKind(arrange=sets.arrange_mirror),
    "second-garment": SceneKind(arrange=sets.arrange_second),
    "layered": SceneKind(outfits.dress_layers, outfits.arrange_layers),
    "sheer": SceneKind(cloth.dress_sheer, cloth.arrange_sheer),
    "sequins": SceneKind(arrange=cloth.arrange_sequins),
    "fringe": SceneKind(cloth.dress_fringe, cloth.arrange_fringe),
    "knit": SceneKind(cloth.dress_knit, cloth.arrange_knit),
    "hanger": SceneKind(formless.dress_hanger, formless.arrange_hanger),
    "tags": SceneKind(formless.dress_tags, formless.arrange_tags),
    "ghost": SceneKind(formless.dress_ghost, formless.arrange_ghost),
    "white-on-white": SceneKind(arrange=cloth.arrange_white),
    "black-on-black": SceneKind(arrange=cloth.arrange_black),
    "small": SceneKind(arrange=sets.arrange_small),
    "turned": SceneKind(arrange=sets.arrange_turned),
    "child": SceneKind(cuts.dress_child, cuts.arrange_child),
    "empty-set": SceneKind(forms.dress_nothing, formless.arrange_empty),
}


def choose_kind(seed: int, number: int, kinds: tuple[str, ...]) -> str:
    """Return the kind of the garment with this number; kinds come in shuffled rounds."""
    rng = np.random.default_rng([seed, number // len(kinds), 13])
    return str(rng.permutation(np.array(kinds))[number % len(kinds)])
