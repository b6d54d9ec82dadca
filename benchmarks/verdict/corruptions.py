"""Corruptions of a good picture, each at several severities (the terms are those of ImageNet-C).

Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and
Perturbations" (ICLR 2019).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from benchmarks.datasets.labelled import LabelledPicture
from benchmarks.datasets.linear_light import (
    Rng,
    decode_srgb,
    draw_noise,
    encode_srgb,
    round_to_8bit,
)
from benchmarks.datasets.pictures import BoolArray
from benchmarks.verdict.patches import find_backdrop, spread_colours, stick_patches
from device.imaging.arrays import Float32Array, UInt8Array

REFERENCE_PX = 1600
"""Blur counts in pixels of a picture whose longer side is at most this."""
_GRAIN = 1.2
"""Standard deviation of the noise that every picture gets last, of 255 levels."""

Apply = Callable[[LabelledPicture, float, Rng], LabelledPicture]


@dataclass(frozen=True, slots=True)
class Corruption:
    """One corruption.

    Attributes:
        reason: what the verdict should report; empty for nothing.
        severities: from weak to strong, in `unit`.
        severe: from this severity on the verdict must report it.
        unit: of the severities.
        apply: returns the corrupted picture.
    """

    reason: str
    severities: tuple[float, ...]
    severe: float
    unit: str
    apply: Apply


def add_noise(picture: LabelledPicture, rng: Rng) -> LabelledPicture:
    """Return the picture with a sensor's noise."""
    noise = draw_noise(picture.pixels.shape, rng) * np.float32(_GRAIN)
    return replace(picture, pixels=round_to_8bit(picture.pixels + noise))


def _shake(picture: LabelledPicture, severity: float, rng: Rng) -> LabelledPicture:
    """Blur by a straight movement during exposure, in any direction, `severity` pixels long."""
    length = severity * _measure_pixel(picture)
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
    return _filter(picture, line)


def _defocus(picture: LabelledPicture, severity: float, rng: Rng) -> LabelledPicture:  # noqa: ARG001 - as all
    """Blur by a disc of confusion with a diameter of `severity` pixels."""
    radius = severity * _measure_pixel(picture) / 2
    reach = math.ceil(radius) + 1
    steps = np.arange(-reach, reach + 1, dtype=np.float32)
    distance = np.hypot(steps[:, None], steps[None])
    return _filter(picture, np.clip(radius - distance + np.float32(0.5), 0, 1))


def _expose(picture: LabelledPicture, severity: float, rng: Rng) -> LabelledPicture:
    """Give `severity` stops more light, in linear light, clipped, with a sensor's shot noise."""
    light = decode_srgb(picture.pixels) * np.float32(2**severity)
    light += draw_noise(light.shape, rng) * np.sqrt(light * np.float32(2e-5) + np.float32(1e-7))
    return replace(picture, pixels=encode_srgb(light))


def _cut(picture: LabelledPicture, severity: float, rng: Rng) -> LabelledPicture:
    """Crop the frame so that it leaves out `severity` per cent of the garment's extent.

    Below 0 the frame ends so much outside the garment, which is near the edge, and whole.
    """
    rows, columns = (np.flatnonzero((picture.garment >= 0.5).any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return picture
    turns = int(rng.integers(4))
    first, last = (rows[0], rows[-1]) if turns % 2 == 0 else (columns[0], columns[-1])
    share = severity / 100 * (last - first + 1)
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


def _add_holes(picture: LabelledPicture, severity: float, rng: Rng) -> LabelledPicture:
    """Stick pieces of the backdrop onto the garment, `severity` of them."""
    garment = picture.garment >= 0.5
    return stick_patches(
        picture, round(severity), rng, onto=garment, of=find_backdrop(picture) > 0.5
    )


def _add_islands(picture: LabelledPicture, severity: float, rng: Rng) -> LabelledPicture:
    """Stick pieces of the garment onto the backdrop, `severity` of them."""
    garment = picture.garment >= 0.5
    return stick_patches(
        picture, round(severity), rng, onto=find_backdrop(picture) > 0.5, of=garment
    )


def _match_backdrop(picture: LabelledPicture, severity: float, rng: Rng) -> LabelledPicture:  # noqa: ARG001 - as all
    """Blend the garment's colours with the backdrop's beside them by `severity` per cent."""
    towards = spread_colours(picture.pixels.astype(np.float32), find_backdrop(picture))
    share = (picture.garment * np.float32(severity / 100))[..., None]
    mixed = picture.pixels * (1 - share) + towards * share
    return replace(picture, pixels=round_to_8bit(np.asarray(mixed, dtype=np.float32)))


def _match_form(picture: LabelledPicture, severity: float, rng: Rng) -> LabelledPicture:  # noqa: ARG001 - as all
    """Dye the wearer in the garment's colours by `severity` per cent, dressed and bare."""
    if picture.body is None:
        return picture
    towards = spread_colours(picture.pixels.astype(np.float32), picture.garment)
    part = np.float32(severity / 100)
    pixels = _dye(picture.pixels, picture.body, towards, part * (1 - picture.garment))
    bare = picture.undressed
    if bare is not None and picture.undressed_body is not None:
        bare = _dye(bare, picture.undressed_body, towards, np.full_like(picture.garment, part))
    return replace(picture, pixels=pixels, undressed=bare)


def _dye(
    pixels: UInt8Array, body: BoolArray, towards: Float32Array, most: Float32Array
) -> UInt8Array:
    share = (cv2.GaussianBlur(body.astype(np.float32), (3, 3), 0) * most)[..., None]
    return round_to_8bit(np.asarray(pixels * (1 - share) + towards * share, dtype=np.float32))


CORRUPTIONS: Mapping[str, Corruption] = {
    "shaken": Corruption("blurred", (2, 4, 8, 16), 8, "px", _shake),
    "out of focus": Corruption("blurred", (2, 4, 8, 16), 8, "px", _defocus),
    "too bright": Corruption("over-exposed", (0.5, 1, 1.5, 2, 3), 2, "stops", _expose),
    "too dark": Corruption("under-exposed", (-1, -2, -3, -4), -3, "stops", _expose),
    "cut off": Corruption("touches-edge", (2, 5, 15, 30), 5, "%", _cut),
    "near the edge": Corruption("", (-1, -3), -1, "%", _cut),
    "holes": Corruption("holes", (1, 2, 4, 8), 4, "", _add_holes),
    "islands": Corruption("islands", (1, 2, 4, 8), 4, "", _add_islands),
    "like the backdrop": Corruption("edge-unsure", (50, 70, 85, 95), 85, "%", _match_backdrop),
    "like the form": Corruption("mannequin-leak", (50, 75, 90, 100), 90, "%", _match_form),
}


def _measure_pixel(picture: LabelledPicture) -> float:
    """Return the pixels of the picture for one of the reference."""
    return max(1.0, max(picture.garment.shape) / REFERENCE_PX)


def _filter(picture: LabelledPicture, kernel: Float32Array) -> LabelledPicture:
    light = cv2.filter2D(
        decode_srgb(picture.pixels), -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101
    )
    return replace(picture, pixels=encode_srgb(np.asarray(light, dtype=np.float32)))
