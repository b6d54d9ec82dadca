"""Shots with a plate of their bare set: of a pushed form, and with masks grown onto the wearer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import cv2
import numpy as np

from benchmarks.datasets.labelled import LabelledPicture
from benchmarks.datasets.linear_light import Rng
from benchmarks.verdict.patches import spread_colours
from benchmarks.verdict.shot_sequences import Change, relight
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.mask import make_mask
from device.pipeline.cutout import Cutout
from device.plate.bare_plate import BarePlate
from device.settings.verdict import STANDARD
from device.verdict.verdict import MANNEQUIN_LEAK

PUSHED, GROWN, GROWN_PUSHED = "pushed form", "grown mask", "grown mask, pushed form"
PAIRS: Mapping[str, Change] = {
    PUSHED: Change("", (0.25, 0.5, 1, 2), 2, "%"),
    GROWN: Change(MANNEQUIN_LEAK, (0, 2, 4, 8, 16, 32), 8, "%"),
    GROWN_PUSHED: Change(MANNEQUIN_LEAK, (0.25, 0.5, 1, 2), 2, "%"),
}
"""Severity of a push in per cent of the longer side, of a grown mask in per cent of the mask."""
GROWN_SHARE = 8
"""Per cent of the mask on a pushed form."""


def remember_plate(picture: LabelledPicture, frame: Frame, rng: Rng) -> BarePlate | None:
    """Return the plate that the rig keeps before the shot, in light that flickers and with noise.

    Args:
        picture: with the set undressed.
        frame: the shot.
        rng: the flicker and the noise.
    """
    if picture.undressed is None:
        return None
    seen = relight(replace(picture, pixels=picture.undressed), 1.0, 0.0, rng).pixels
    known = BarePlate(STANDARD.garment_share)
    known.remember(replace(frame, pixels=seen), previews=2)
    return known


def push_form(picture: LabelledPicture, severity: float, rng: Rng) -> LabelledPicture:
    """Move the form in the bare picture by `severity` per cent of the longer side."""
    if picture.undressed is None or picture.undressed_body is None:
        return picture
    body = picture.undressed_body.astype(np.float32)
    bare = picture.undressed.astype(np.float32)
    length = severity / 100 * max(body.shape)
    angle = rng.uniform(0, 2 * np.pi)
    step = np.array([[1, 0, length * np.cos(angle)], [0, 1, length * np.sin(angle)]])
    size = (body.shape[1], body.shape[0])
    there = cv2.warpAffine(bare, step, size, borderMode=cv2.BORDER_REPLICATE)
    share = cv2.warpAffine(body, step, size, borderMode=cv2.BORDER_REPLICATE)[..., None]
    wide = np.asarray(cv2.dilate(body, np.ones((3, 3), np.uint8)), dtype=np.float32)
    empty = np.where(wide[..., None] > 0, spread_colours(bare, 1 - wide), bare)
    mixed = there * share + empty * (1 - share)
    return replace(picture, undressed=np.clip(np.round(mixed), 0, 255).astype(np.uint8))


def grow_mask(picture: LabelledPicture, percent: float) -> UInt8Array | None:
    """Grow the true mask onto the nearest part of the wearer, by `percent` of the whole.

    Returns:
        Alpha, uint8, shape (height, width); None where too little of the wearer is seen.
    """
    if picture.body is None:
        return None
    garment = picture.garment >= 0.5
    worn = picture.body & ~garment
    wanted = round(percent / (100 - percent) * np.count_nonzero(garment))
    if np.count_nonzero(worn) < wanted or not garment.any():
        return None
    reached = picture.garment.copy()
    if wanted:
        distance = cv2.distanceTransform((~garment).astype(np.uint8), cv2.DIST_L2, 5)
        furthest = np.partition(distance[worn], wanted - 1)[wanted - 1]
        reached[worn & (distance <= furthest)] = 1
    return np.asarray(np.round(reached * 255), dtype=np.uint8)


def pair_with_plates(
    picture: LabelledPicture, cutout: Cutout, rng: Rng
) -> Iterator[tuple[str, float, Cutout, BarePlate | None]]:
    """Return shots of one picture, each with its plate.

    Args:
        picture: with the set undressed.
        cutout: of the picture, by the model.
        rng: where the form stood, flicker and noise.
    """
    for severity in PAIRS[PUSHED].severities:
        known = remember_plate(push_form(picture, severity, rng), cutout.frame, rng)
        yield PUSHED, severity, cutout, known
    for severity in PAIRS[GROWN].severities:
        alpha = grow_mask(picture, severity)
        if alpha is not None:
            known = remember_plate(picture, cutout.frame, rng)
            yield GROWN, severity, replace(cutout, mask=make_mask(alpha)), known
    alpha = grow_mask(picture, GROWN_SHARE)
    if alpha is None:
        return
    for severity in PAIRS[GROWN_PUSHED].severities:
        known = remember_plate(push_form(picture, severity, rng), cutout.frame, rng)
        yield GROWN_PUSHED, severity, replace(cutout, mask=make_mask(alpha)), known
