"""Sessions of one set: first it is seen without the garment, then with it, and shot."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial

import cv2
import numpy as np

from benchmarks.datasets.labelled import LabelledPicture
from benchmarks.datasets.linear_light import Rng, draw_noise, round_to_8bit
from benchmarks.datasets.pictures import BoolArray
from benchmarks.plate.lights import LIGHTS, relight
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.pipeline.still_scene import StillScene
from device.plate.bare_plate import BarePlate
from device.settings.verdict import STANDARD
from train.evaluation.picture_score import mask_iou

UPPER_LEFT, LOWER_LEFT = "its upper half hung there before", "its lower half hung there before"
OVERLOOKED = "it hung there before, and the model had overlooked it"
HARMS = (UPPER_LEFT, LOWER_LEFT, OVERLOOKED)
"""Sessions in which the plate holds garment."""
_EDGE_SHARE = 0.004
"""Of the longer side: so near to the garment a mask is off by its edge and does not leak."""
_GRAIN = 1.5
"""Standard deviation of the sensor's noise, of 255 levels."""
_DRESSED_AT_S = 10.0
"""After the first picture: long after a rig has started."""


@dataclass(frozen=True, slots=True)
class Session:
    """A shot as it would be without the plate, and as it is.

    Attributes:
        data: the data set.
        stem: the picture.
        case: its light, or one of `HARMS`.
        compared: whether there was a plate, and it was of this set.
        leak_before: share of the mask off the garment and its edge, without the plate.
        leak_after: pixels off the garment and its edge with the plate, as a share of the mask
            without it.
        lost: how much less of the garment the second mask has, as a share of the garment; below 0
            it has more.
        iou_before: of the first mask with the true one.
        iou_after: of the second.
        unchanged: whether both masks are the same, bit for bit.
    """

    data: str
    stem: str
    case: str
    compared: bool
    leak_before: float
    leak_after: float
    lost: float
    iou_before: float
    iou_after: float
    unchanged: bool


def run_sessions(pipeline: Pipeline, picture: LabelledPicture) -> Iterator[Session]:
    """Shoot a picture after its undressed set, in each of `LIGHTS`, and after each of `HARMS`.

    Args:
        pipeline: cuts the garment out.
        picture: with the set undressed.
    """
    if picture.undressed is None:
        return
    frame = _make_frame(picture.pixels, _seed_rng(picture, "dressed"), _DRESSED_AT_S)
    scene = _rest(pipeline, frame)
    complete = False
    while not complete:
        progress = pipeline.advance(frame, scene.logits)
        scene.add_progress(progress, _DRESSED_AT_S)
        complete = progress.complete
    plain = pipeline.cut(frame, scene.logits)
    for case in (*LIGHTS, *HARMS):
        rng = _seed_rng(picture, case)
        before = _make_frame(_show_before(picture, case, rng), rng, 0.0)
        plate = BarePlate(STANDARD.garment_share)
        if case == OVERLOOKED:
            plate.remember(before, previews=2)
        else:
            _rest(pipeline, before, plate)
        clear = partial(plate.clear, scene=None)
        yield _compare(picture, case, plain, pipeline.cut(frame, scene.logits, correct=clear))


def _rest(pipeline: Pipeline, frame: Frame, plate: BarePlate | None = None) -> StillScene:
    """Return a scene of a frame after its first two previews, from which the plate learns."""
    scene = StillScene()
    for _ in range(2):
        preview = pipeline.preview(frame, scene.logits)
        scene.add_preview(preview.logits)
        if plate is not None:
            plate.learn(preview, scene)
    return scene


def _show_before(picture: LabelledPicture, case: str, rng: Rng) -> UInt8Array:
    """Return what the camera saw before the shot."""
    undressed = picture.pixels if picture.undressed is None else picture.undressed
    if case in LIGHTS:
        return relight(undressed, case, rng)
    if case == OVERLOOKED:
        return picture.pixels
    rows = np.flatnonzero((picture.garment >= 0.5).any(axis=1))
    middle = int(rows.mean()) if rows.size else 0
    halves = (picture.pixels, undressed) if case == UPPER_LEFT else (undressed, picture.pixels)
    return np.concatenate([halves[0][:middle], halves[1][middle:]])


def _compare(picture: LabelledPicture, case: str, plain: Cutout, cleared: Cutout) -> Session:
    truth = picture.garment >= 0.5
    before, after = plain.mask.alpha >= 128, cleared.mask.alpha >= 128
    beside, size = ~_widen(truth), max(1, np.count_nonzero(before))
    lost = np.count_nonzero(truth & before) - np.count_nonzero(truth & after)
    return Session(
        data=picture.data,
        stem=picture.stem,
        case=case,
        compared=cleared.removed_share is not None,
        leak_before=np.count_nonzero(before & beside) / size,
        leak_after=np.count_nonzero(after & beside) / size,
        lost=lost / max(1, np.count_nonzero(truth)),
        iou_before=mask_iou(before, truth),
        iou_after=mask_iou(after, truth),
        unchanged=bool(np.array_equal(plain.mask.alpha, cleared.mask.alpha)),
    )


def _widen(truth: BoolArray) -> BoolArray:
    radius_px = max(1, round(_EDGE_SHARE * max(truth.shape)))
    kernel = np.ones((2 * radius_px + 1,) * 2, np.uint8)
    return np.asarray(cv2.dilate(truth.astype(np.uint8), kernel) > 0)


def _make_frame(pixels: UInt8Array, rng: Rng, at_s: float) -> Frame:
    """Return what a camera with some noise would deliver."""
    noise = draw_noise(pixels.shape, rng) * np.float32(_GRAIN)
    moment = datetime.now(timezone.utc)
    return Frame(round_to_8bit(pixels + noise), "RGB", moment, at_s, 0, "benchmark")


def _seed_rng(picture: LabelledPicture, use: str) -> Rng:
    return np.random.default_rng(zlib.crc32(f"{picture.data}/{picture.stem}/{use}".encode()))
