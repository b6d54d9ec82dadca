"""What kind of mannequin wears a garment, sampled: surface, colour, head, limbs, seams."""

from __future__ import annotations

import colorsys

import numpy as np

from train.studio.plans.form import FormPlan
from train.studio.plans.palette import Colour, jitter, sample_colour
from train.studio.plans.scene import FabricPlan, MannequinStyle

WHITE: Colour = (0.93, 0.93, 0.92)
BLACK: Colour = (0.03, 0.03, 0.032)
FORM_COLOURS: dict[str, tuple[Colour, ...]] = {
    "linen": ((0.80, 0.73, 0.62), (0.72, 0.64, 0.52), (0.86, 0.81, 0.72), (0.93, 0.91, 0.87)),
    "jersey": (BLACK, (0.90, 0.89, 0.87), (0.45, 0.45, 0.46), (0.12, 0.11, 0.11), (0.8, 0.72, 0.6),
               (0.55, 0.12, 0.14), (0.16, 0.2, 0.34)),
    "gloss": (WHITE, WHITE, BLACK, (0.55, 0.55, 0.56), (0.88, 0.8, 0.72), (0.75, 0.2, 0.15)),
    "matt": (WHITE, WHITE, (0.75, 0.75, 0.75), (0.35, 0.35, 0.36), BLACK),
    "skin": ((0.84, 0.66, 0.54), (0.72, 0.52, 0.40), (0.46, 0.30, 0.22), (0.90, 0.76, 0.66),
             (0.93, 0.82, 0.73), (0.30, 0.19, 0.14)),
    "chrome": ((0.75, 0.75, 0.77), (0.55, 0.55, 0.57), (0.85, 0.68, 0.4)),
    "wood": ((0.72, 0.55, 0.36), (0.55, 0.37, 0.22)),
}  # fmt: skip
# Colour, roughness and metal of single parts: arms, neck caps, hangers.
FINISHES: dict[str, tuple[Colour, float, float]] = {
    "gold": ((0.85, 0.64, 0.28), 0.2, 1.0), "brass": ((0.62, 0.48, 0.24), 0.35, 1.0),
    "copper": ((0.78, 0.47, 0.34), 0.25, 1.0), "chrome": ((0.78, 0.78, 0.8), 0.1, 1.0),
    "steel": ((0.6, 0.6, 0.61), 0.35, 1.0), "wood": ((0.72, 0.55, 0.36), 0.35, 0.0),
    "walnut": ((0.33, 0.19, 0.11), 0.3, 0.0), "white": ((0.93, 0.93, 0.92), 0.25, 0.0),
    "plaster": ((0.88, 0.87, 0.85), 0.8, 0.0), "black": ((0.03, 0.03, 0.032), 0.2, 0.0),
    "slate": ((0.16, 0.16, 0.17), 0.7, 0.0), "grey": ((0.5, 0.5, 0.5), 0.5, 0.0),
    "skin": ((0.86, 0.68, 0.57), 0.45, 0.0), "tan": ((0.63, 0.43, 0.32), 0.45, 0.0),
    "brown": ((0.33, 0.21, 0.15), 0.45, 0.0), "linen": ((0.80, 0.73, 0.62), 0.9, 0.0),
    "red": ((0.6, 0.1, 0.1), 0.3, 0.0), "navy": ((0.12, 0.16, 0.32), 0.7, 0.0),
    "clear": ((0.8, 0.85, 0.86), 0.05, 0.6),
}  # fmt: skip
DRESS_FORM = ("linen", "linen", "linen", "jersey", "jersey", "jersey", "matt", "gloss", "skin",
              "wood")  # fmt: skip
SHOP_FIGURE = ("gloss", "gloss", "matt", "matt", "matt", "skin", "skin", "skin", "jersey",
               "chrome", "linen")  # fmt: skip
HAIR: tuple[Colour, ...] = (
    (0.07, 0.05, 0.04), (0.25, 0.15, 0.08), (0.6, 0.45, 0.25), (0.45, 0.18, 0.08), (0.9, 0.9, 0.9),
)  # fmt: skip


def sample_surface(rng: np.random.Generator, form: FormPlan) -> tuple[str, Colour]:
    """Return the skin's material and colour, of the kinds sold for this form."""
    kinds = DRESS_FORM if form.kind == "bust" else SHOP_FIGURE
    chosen = str(rng.choice(np.array(kinds)))
    colours = FORM_COLOURS[chosen]
    return chosen, jitter(rng, colours[int(rng.integers(len(colours)))], 0.02)


def sample_style(
    per_garment: np.random.Generator, rng: np.random.Generator, form: FormPlan, kind: str,
    surface_kind: str,
) -> MannequinStyle:  # fmt: skip
    """Head and limbs come with the garment, the rest with the picture."""
    figure = form.kind == "figure"
    head = str(per_garment.choice(np.array(["none", "egg", "egg", "face", "face"])))
    # Sleeves fell onto arms: only what leaves the arms bare can be shown without them.
    armless = kind in ("skirt", "trousers", "bare") or (kind == "dress" and form.arm_angle_deg > 30)
    arms = not (armless and per_garment.random() < 0.35)
    legs = not (kind in ("tshirt", "longsleeve", "jacket", "bare") and per_garment.random() < 0.4)
    faceted = bool(rng.random() < (0.09 if surface_kind in ("gloss", "matt") else 0.0))
    hair = "none"
    if figure and head != "none" and surface_kind in ("skin", "matt", "gloss"):
        choices = ["none", "short", "long"] if surface_kind == "skin" else ["none"] * 8 + ["short"]
        hair = str(rng.choice(np.array(choices)))
    print_ = None
    if form.kind == "bust" and rng.random() < 0.1:
        print_ = _cover(rng)
    return MannequinStyle(
        head=head if figure else "none",
        hair=hair,
        hair_colour=jitter(rng, HAIR[int(rng.integers(len(HAIR)))], 0.02),
        arms=arms,
        legs=legs,
        facets=float(rng.uniform(0.012, 0.05)) if faceted else 0.0,
        joints=bool(figure and arms and rng.random() < 0.5),
        wire=bool(form.kind == "bust" and not faceted and rng.random() < 0.05),
        cap=bool(rng.random() < 0.85),
        pole=bool(legs or rng.random() < 0.6),
        print_=print_,
    )


def _cover(rng: np.random.Generator) -> FabricPlan:
    """Patterned covers: newspaper grey, florals, Paris stamps are all blobs at this size."""
    red, green, blue = colorsys.hsv_to_rgb(rng.random(), float(rng.uniform(0.0, 0.3)), 0.9)
    pattern = str(rng.choice(np.array(["print", "stripes", "melange", "dots"])))
    return FabricPlan(
        pattern=pattern,
        colours=((red, green, blue), sample_colour(rng), sample_colour(rng)),
        scale=float(rng.uniform(0.6, 1.4)),
        roughness=0.85,
        sheen=0.2,
        weave=0.2,
        seed=int(rng.integers(1 << 30)),
    )
