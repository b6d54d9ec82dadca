"""Colours of clothes, backdrops and mannequins, sampled."""

from __future__ import annotations

import colorsys

import numpy as np

Colour = tuple[float, float, float]
"""sRGB, 0 to 1."""


def jitter(rng: np.random.Generator, colour: Colour, amount: float) -> Colour:
    """Return the colour shifted a little in each channel, sRGB in 0..1."""
    r, g, b = (np.array(colour) + rng.normal(0, amount, 3)).clip(0.01, 0.97)
    return float(r), float(g), float(b)


def sample_colour(rng: np.random.Generator) -> Colour:
    """Sample a colour that clothes are sold in: neutrals often, saturated ones less often."""
    draw = rng.random()
    if draw < 0.17:
        return jitter(rng, (0.93, 0.92, 0.90), 0.015)
    if draw < 0.28:
        return jitter(rng, (0.07, 0.07, 0.075), 0.012)
    if draw < 0.40:
        grey = float(rng.uniform(0.25, 0.75))
        return jitter(rng, (grey, grey, grey), 0.012)
    if draw < 0.55:  # Beige, camel, olive, brown, navy.
        picks = ((0.82, 0.75, 0.64), (0.68, 0.52, 0.36), (0.36, 0.37, 0.24), (0.30, 0.21, 0.16),
                 (0.11, 0.15, 0.28))  # fmt: skip
        return jitter(rng, picks[int(rng.integers(len(picks)))], 0.03)
    high = float(rng.uniform(0.25, 0.95))
    red, green, blue = colorsys.hsv_to_rgb(rng.random(), float(rng.uniform(0.2, 0.9)), high)
    return red, green, blue


def sample_backdrop(rng: np.random.Generator) -> Colour:
    """Paper and paint: white often, greys, beige, dark and tinted ones."""
    draw = rng.random()
    if draw < 0.36:
        return jitter(rng, (0.93, 0.93, 0.93), 0.008)
    if draw < 0.58:
        grey = float(rng.uniform(0.4, 0.85))
        return jitter(rng, (grey, grey, grey), 0.01)
    if draw < 0.74:
        return jitter(rng, (0.83, 0.77, 0.69), 0.03)
    if draw < 0.86:
        dark = float(rng.uniform(0.06, 0.3))
        return jitter(rng, (dark, dark, dark), 0.008)
    red, green, blue = colorsys.hsv_to_rgb(
        rng.random(), float(rng.uniform(0.15, 0.6)), float(rng.uniform(0.45, 0.9))
    )
    return red, green, blue
