"""Shots of one set, in a row, of which the last is spoiled: what a single picture cannot show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from benchmarks.datasets.labelled import Labelled
from benchmarks.datasets.linear_light import Rng, encode, linear
from benchmarks.verdict.corruptions import add_grain
from benchmarks.verdict.patches import backdrop, spread
from device.imaging.pyramid import ImagePyramid
from device.imaging.thumbnail import thumbnail
from device.pipeline.cutout import Cutout
from device.pipeline.still_scene import StillScene
from device.settings.verdict import STANDARD
from device.verdict.light_drift import LightDrift, LightHistory

_SHOTS = 3
_FLICKER = 0.03
"""Standard deviation of the light from shot to shot, of 1."""

Look = Callable[[Labelled], Cutout]


@dataclass(frozen=True, slots=True)
class Change:
    """What differs from the shots before.

    Attributes:
        reason: what the verdict should say; for a change of light by the sign of the strength.
        strengths: from weak to strong; 0 is a shot like those before.
        strong: from this strength on, either sign, it must be told.
        unit: of the strengths.
    """

    reason: str
    strengths: tuple[float, ...]
    strong: float
    unit: str


CHANGES: Mapping[str, Change] = {
    "colour cast": Change("white-balance", (0, 3, 6, 12, 25), 12, "%"),
    "other light": Change("light", (-2, -1, -0.5, 0.5, 1, 2), 1, "stops"),
    "moved": Change("moved", (0, 0.25, 0.5, 1, 2, 4), 2, "%"),
}


def drifts(
    picture: Labelled, rng: Rng, look: Look
) -> Iterator[tuple[str, float, LightDrift | None]]:
    """What the session says of shots in other colours and light, each after three good ones.

    The garment has another colour in each shot, the lamps flicker by 3%.

    Args:
        picture: the set.
        rng: the garments' colours, the lamps' flicker, the noise.
        look: finds the garment.
    """
    before = [look(lit(_dyed(picture, rng), 1.0, 0.0, rng)) for _ in range(_SHOTS)]
    dyed = _dyed(picture, rng)
    for name, cast in (("colour cast", True), ("other light", False)):
        for strength in CHANGES[name].strengths:
            gain, tint = (1.0, strength) if cast else (2.0**strength, 0.0)
            shots = [*before, look(lit(dyed, gain, tint, rng))]
            session, told = LightHistory(), None
            for shot in shots:
                told = session.drift(shot, STANDARD.white_drift, STANDARD.light_drift_stops)
            yield name, strength, told


def movements(picture: Labelled, rng: Rng) -> Iterator[tuple[float, float]]:
    """How much a still scene seems to move when the garment does, by share of the longer side."""
    towards = spread(picture.pixels.astype(np.float32), backdrop(picture))
    angle = rng.uniform(0, 2 * np.pi)
    for strength in CHANGES["moved"].strengths:
        length = strength / 100 * max(picture.garment.shape)
        step = np.array([[1, 0, length * np.cos(angle)], [0, 1, length * np.sin(angle)]])
        size = (picture.garment.shape[1], picture.garment.shape[0])
        pixels = cv2.warpAffine(picture.pixels, step, size, borderMode=cv2.BORDER_REPLICATE)
        garment = cv2.warpAffine(picture.garment, step, size, borderMode=cv2.BORDER_REPLICATE)
        share, gone = garment[..., None], picture.garment[..., None]
        empty = picture.pixels * (1 - gone) + towards * gone
        scene = replace(picture, pixels=np.asarray(pixels * share + empty * (1 - share), np.uint8))
        stillness = StillScene(STANDARD.motion_share)
        for shown in (picture, picture, scene if strength else picture):
            stillness.saw(thumbnail(ImagePyramid(lit(shown, 1.0, 0.0, rng).pixels)))
        yield strength, stillness.moved_share


def _dyed(picture: Labelled, rng: Rng) -> Labelled:
    gains = rng.uniform(0.4, 1.6, 3).astype(np.float32)
    share = picture.garment[..., None]
    light = linear(picture.pixels)
    dyed = light * (1 - share) + light * gains * share
    return replace(picture, pixels=encode(np.asarray(dyed, dtype=np.float32)))


def lit(picture: Labelled, gain: float, cast: float, rng: Rng) -> Labelled:
    """Light times `gain`, and `cast` per cent redder or bluer, with flicker and noise."""
    tint = (1 + cast / 100) ** (0.5 if rng.random() < 0.5 else -0.5)
    flicker = rng.normal(1, _FLICKER)
    gains = np.array([tint, 1, 1 / tint], np.float32) * np.float32(gain * flicker)
    return add_grain(replace(picture, pixels=encode(linear(picture.pixels) * gains)), rng)
