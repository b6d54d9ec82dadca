"""Corruptions that only a sequence of shots of one set shows: light that drifts, and movement."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone

import cv2
import numpy as np

from benchmarks.datasets.labelled import LabelledPicture
from benchmarks.datasets.linear_light import Rng, decode_srgb, encode_srgb
from benchmarks.verdict.corruptions import add_noise
from benchmarks.verdict.patches import find_backdrop, spread_colours
from device.imaging.frame import Frame
from device.imaging.thumbnail import make_thumbnail
from device.pipeline.cutout import Cutout
from device.pipeline.scene_watch import SceneWatch
from device.settings.verdict import STANDARD
from device.verdict.light_drift import LightDrift, LightHistory

_SHOTS = 3
_FLICKER = 0.03
"""Standard deviation of the light from shot to shot, of 1."""

CutOut = Callable[[LabelledPicture], Cutout]


@dataclass(frozen=True, slots=True)
class Change:
    """A difference from the shots before.

    Attributes:
        reason: what the verdict should report; for a change of light by the sign of the severity.
        severities: from weak to strong; 0 is a shot like those before.
        severe: from this severity on, either sign, the verdict must report it.
        unit: of the severities.
    """

    reason: str
    severities: tuple[float, ...]
    severe: float
    unit: str


CHANGES: Mapping[str, Change] = {
    "colour cast": Change("white-balance", (0, 3, 6, 12, 25), 12, "%"),
    "other light": Change("light", (-2, -1, -0.5, 0.5, 1, 2), 1, "stops"),
    "moved": Change("moved", (0, 0.25, 0.5, 1, 2, 4), 2, "%"),
}


def simulate_light(
    picture: LabelledPicture, rng: Rng, cut_out: CutOut
) -> Iterator[tuple[str, float, LightDrift | None]]:
    """Return the drift that the light history reports of shots in other light.

    Each comes after three good ones. The garment has another colour in each shot, and the lamps
    flicker by 3%.

    Args:
        picture: the set.
        rng: draws the garments' colours, the lamps' flicker and the noise.
        cut_out: finds the garment.
    """
    before = [cut_out(relight(_dye(picture, rng), 1.0, 0.0, rng)) for _ in range(_SHOTS)]
    dyed = _dye(picture, rng)
    for name, cast in (("colour cast", True), ("other light", False)):
        for severity in CHANGES[name].severities:
            gain, tint = (1.0, severity) if cast else (2.0**severity, 0.0)
            shots = [*before, cut_out(relight(dyed, gain, tint, rng))]
            history, drift = LightHistory(), None
            for shot in shots:
                drift = history.measure_drift(
                    shot, STANDARD.white_drift, STANDARD.light_drift_stops
                )
            yield name, severity, drift


def simulate_movement(picture: LabelledPicture, rng: Rng) -> Iterator[tuple[float, float]]:
    """Return the moved share of a still scene whose garment moves, by share of the longer side."""
    towards = spread_colours(picture.pixels.astype(np.float32), find_backdrop(picture))
    angle = rng.uniform(0, 2 * np.pi)
    for severity in CHANGES["moved"].severities:
        length = severity / 100 * max(picture.garment.shape)
        step = np.array([[1, 0, length * np.cos(angle)], [0, 1, length * np.sin(angle)]])
        size = (picture.garment.shape[1], picture.garment.shape[0])
        pixels = cv2.warpAffine(picture.pixels, step, size, borderMode=cv2.BORDER_REPLICATE)
        garment = cv2.warpAffine(picture.garment, step, size, borderMode=cv2.BORDER_REPLICATE)
        share, gone = garment[..., None], picture.garment[..., None]
        empty = picture.pixels * (1 - gone) + towards * gone
        scene = replace(picture, pixels=np.asarray(pixels * share + empty * (1 - share), np.uint8))
        watch = SceneWatch(STANDARD.motion_share)
        for shown in (picture, picture, scene if severity else picture):
            watch.observe(make_thumbnail(make_frame(relight(shown, 1.0, 0.0, rng))))
        yield severity, watch.scene.moved_share


def make_frame(picture: LabelledPicture) -> Frame:
    """Return a picture as a camera would deliver it now."""
    moment = datetime.now(timezone.utc)
    return Frame(picture.pixels, "RGB", moment, time.monotonic(), 0, "benchmark")


def _dye(picture: LabelledPicture, rng: Rng) -> LabelledPicture:
    gains = rng.uniform(0.4, 1.6, 3).astype(np.float32)
    share = picture.garment[..., None]
    light = decode_srgb(picture.pixels)
    dyed = light * (1 - share) + light * gains * share
    return replace(picture, pixels=encode_srgb(np.asarray(dyed, dtype=np.float32)))


def relight(picture: LabelledPicture, gain: float, cast: float, rng: Rng) -> LabelledPicture:
    """Multiply light by `gain`, redder or bluer by `cast` per cent, with flicker and noise."""
    tint = (1 + cast / 100) ** (0.5 if rng.random() < 0.5 else -0.5)
    flicker = rng.normal(1, _FLICKER)
    gains = np.array([tint, 1, 1 / tint], np.float32) * np.float32(gain * flicker)
    return add_noise(replace(picture, pixels=encode_srgb(decode_srgb(picture.pixels) * gains)), rng)
