"""Ways to spoil a good picture on purpose, each at several strengths."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from benchmarks.datasets.labelled import Bools, Labelled
from benchmarks.datasets.linear_light import Rng, encode, grain, linear, round_to_8bit
from benchmarks.verdict.patches import backdrop, patch, spread
from device.imaging.frame import Float32Array, UInt8Array

REFERENCE_PX = 1600
"""Blur is told in pixels of a picture whose longer side is at most this."""
_GRAIN = 1.2
"""Standard deviation of the noise that every picture gets last, of 255 levels."""

Apply = Callable[[Labelled, float, Rng], Labelled]


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way to spoil pictures.

    Attributes:
        reason: what the verdict should say; empty where it should say nothing.
        strengths: from weak to strong; what they count is `unit`.
        strong: from this strength on the shot is certainly of no use, or needs a look.
        unit: of the strengths.
        apply: makes the spoiled picture.
    """

    reason: str
    strengths: tuple[float, ...]
    strong: float
    unit: str
    apply: Apply


def add_grain(picture: Labelled, rng: Rng) -> Labelled:
    """With a sensor's noise."""
    noise = grain(picture.pixels.shape, rng) * np.float32(_GRAIN)
    return replace(picture, pixels=round_to_8bit(picture.pixels + noise))


def _shake(picture: Labelled, strength: float, rng: Rng) -> Labelled:
    """A straight movement during exposure, in any direction, `strength` pixels long."""
    length = strength * _pixel(picture)
    side = 2 * math.ceil(length / 2) + 3
    angle = rng.uniform(0, math.pi)
    across, down = math.cos(angle) * 16 * length / 2, math.sin(angle) * 16 * length / 2
    line = np.zeros((side, side), np.float32)
    middle = side // 2 * 16
    ends = [
        (round(middle - across), round(middle - down)),
        (round(middle + across), round(middle + down)),
    ]
    cv2.line(line, ends[0], ends[1], (1.0,), 1, cv2.LINE_AA, 4)
    return _filtered(picture, line)


def _defocus(picture: Labelled, strength: float, rng: Rng) -> Labelled:  # noqa: ARG001 - as all
    """A disc of confusion with a diameter of `strength` pixels."""
    radius = strength * _pixel(picture) / 2
    reach = math.ceil(radius) + 1
    steps = np.arange(-reach, reach + 1, dtype=np.float32)
    distance = np.hypot(steps[:, None], steps[None])
    return _filtered(picture, np.clip(radius - distance + np.float32(0.5), 0, 1))


def _expose(picture: Labelled, strength: float, rng: Rng) -> Labelled:
    """`strength` stops more light, in linear light, clipped; shot noise as a sensor has it."""
    light = linear(picture.pixels) * np.float32(2**strength)
    light += grain(light.shape, rng) * np.sqrt(light * np.float32(2e-5) + np.float32(1e-7))
    return replace(picture, pixels=encode(light))


def _cut(picture: Labelled, strength: float, rng: Rng) -> Labelled:
    """The frame ends where `strength` per cent of the garment's extent are still to come.

    Below 0 the frame ends so much outside it: a garment near the edge, and whole.
    """
    rows, columns = (np.flatnonzero((picture.garment >= 0.5).any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return picture
    turns = int(rng.integers(4))
    first, last = (rows[0], rows[-1]) if turns % 2 == 0 else (columns[0], columns[-1])
    share = strength / 100 * (last - first + 1)
    length = picture.garment.shape[turns % 2]
    if turns < 2:
        span = slice(max(0, round(first + share)), length)
    else:
        span = slice(0, min(length, round(last + 1 - share)))
    part = (span, slice(None)) if turns % 2 == 0 else (slice(None), span)
    return replace(
        picture,
        pixels=np.ascontiguousarray(picture.pixels[part]),
        garment=np.ascontiguousarray(picture.garment[part]),
        body=None if picture.body is None else np.ascontiguousarray(picture.body[part]),
    )


def _holes(picture: Labelled, strength: float, rng: Rng) -> Labelled:
    """Pieces of the backdrop, `strength` of them, stuck onto the garment."""
    garment = picture.garment >= 0.5
    return patch(picture, round(strength), rng, onto=garment, of=backdrop(picture) > 0.5)


def _islands(picture: Labelled, strength: float, rng: Rng) -> Labelled:
    """Pieces of the garment, `strength` of them, stuck onto the backdrop."""
    garment = picture.garment >= 0.5
    return patch(picture, round(strength), rng, onto=backdrop(picture) > 0.5, of=garment)


def _blend(picture: Labelled, strength: float, rng: Rng) -> Labelled:  # noqa: ARG001 - as all
    """The garment's colours drawn to the backdrop's beside them by `strength` per cent."""
    towards = spread(picture.pixels.astype(np.float32), backdrop(picture))
    share = (picture.garment * np.float32(strength / 100))[..., None]
    mixed = picture.pixels * (1 - share) + towards * share
    return replace(picture, pixels=round_to_8bit(np.asarray(mixed, dtype=np.float32)))


def _alike(picture: Labelled, strength: float, rng: Rng) -> Labelled:  # noqa: ARG001 - as all
    """What wears the garment dyed in its colours by `strength` per cent, dressed and bare."""
    if picture.body is None:
        return picture
    towards = spread(picture.pixels.astype(np.float32), picture.garment)
    part = np.float32(strength / 100)
    pixels = _dyed(picture.pixels, picture.body, towards, part * (1 - picture.garment))
    bare = picture.undressed
    if bare is not None and picture.undressed_body is not None:
        bare = _dyed(bare, picture.undressed_body, towards, np.full_like(picture.garment, part))
    return replace(picture, pixels=pixels, undressed=bare)


def _dyed(pixels: UInt8Array, body: Bools, towards: Float32Array, most: Float32Array) -> UInt8Array:
    share = (cv2.GaussianBlur(body.astype(np.float32), (3, 3), 0) * most)[..., None]
    return round_to_8bit(np.asarray(pixels * (1 - share) + towards * share, dtype=np.float32))


SPOILS: Mapping[str, Corruption] = {
    "shaken": Corruption("blurred", (2, 4, 8, 16), 8, "px", _shake),
    "out of focus": Corruption("blurred", (2, 4, 8, 16), 8, "px", _defocus),
    "too bright": Corruption("over-exposed", (0.5, 1, 1.5, 2, 3), 2, "stops", _expose),
    "too dark": Corruption("under-exposed", (-1, -2, -3, -4), -3, "stops", _expose),
    "cut off": Corruption("touches-edge", (2, 5, 15, 30), 5, "%", _cut),
    "near the edge": Corruption("", (-1, -3), -1, "%", _cut),
    "holes": Corruption("holes", (1, 2, 4, 8), 4, "", _holes),
    "islands": Corruption("islands", (1, 2, 4, 8), 4, "", _islands),
    "like the backdrop": Corruption("edge-unsure", (50, 70, 85, 95), 85, "%", _blend),
    "like the form": Corruption("mannequin-leak", (50, 75, 90, 100), 90, "%", _alike),
}


def _pixel(picture: Labelled) -> float:
    """Pixels of the picture for one of the reference."""
    return max(1.0, max(picture.garment.shape) / REFERENCE_PX)


def _filtered(picture: Labelled, kernel: Float32Array) -> Labelled:
    light = cv2.filter2D(
        linear(picture.pixels), -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101
    )
    return replace(picture, pixels=encode(np.asarray(light, dtype=np.float32)))
