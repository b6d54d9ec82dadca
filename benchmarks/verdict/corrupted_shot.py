"""One picture under every corruption, with the verdict's measurements of each."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import cv2
import numpy as np

from benchmarks.datasets.labelled import LabelledPicture, undress
from benchmarks.datasets.pictures import BoolArray
from benchmarks.verdict.bare_pairs import pair_with_plates, remember_plate
from benchmarks.verdict.corruptions import CORRUPTIONS, add_noise
from benchmarks.verdict.shot_sequences import CHANGES, make_frame, simulate_light, simulate_movement
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.plate.bare_plate import BarePlate
from device.verdict.measurements import Measurements, measure
from train.evaluation.picture_score import mask_iou

CLEAN = "clean"
BARE = "no garment"
PAIRED = "bare pairs"
CORRUPTION_NAMES = (*CORRUPTIONS, *CHANGES, PAIRED)


@dataclass(frozen=True, slots=True)
class CorruptedShot:
    """One shot of the benchmark.

    Attributes:
        data: the data set.
        stem: the picture.
        half: `tuned` where thresholds may be chosen on it, else `held out`.
        corruption: its name; `clean` for none.
        severity: how much of it, in its own unit.
        measurements: what the verdict judges by.
        true_share: share of the frame that is garment.
        true_touch: the largest share of one of the frame's edges under garment.
        iou: of the mask with the true one; 1 where both are empty.
        leak: share of the mask on skin, hair or mannequin; None where nobody labelled them.
        beside: share of the mask that lies off the garment and its edge, on whatever it is.
        after_bare: whether the bare set was seen before it, so that there is a plate.
    """

    data: str
    stem: str
    half: str
    corruption: str
    severity: float
    measurements: Measurements
    true_share: float
    true_touch: float
    iou: float
    leak: float | None
    beside: float
    after_bare: bool

    @property
    def off_garment(self) -> float:
        """Share of the mask on the wearer or beside the garment, whichever is more."""
        return max(self.leak or 0.0, self.beside)

    def row(self) -> dict[str, object]:
        """Return its columns in `shots.csv`."""
        own = {name: value for name, value in asdict(self).items() if name != "measurements"}
        return {**own, **self.measurements.describe()}


def corrupt_shots(
    pipeline: Pipeline, picture: LabelledPicture, names: Sequence[str]
) -> Iterator[CorruptedShot]:
    """Cut out a picture as it is and under each corruption named; always with the same noise.

    Args:
        pipeline: cuts the garment out.
        picture: a clean picture.
        names: of `CORRUPTION_NAMES`.
    """
    good = add_noise(picture, _seed_rng(picture, CLEAN))
    if picture.bare:
        yield _measure_shot(pipeline.cut(make_frame(good)), good, BARE, 1)
        return
    cutout = pipeline.cut(make_frame(good))
    plain = _measure_shot(cutout, good, CLEAN, 0)
    yield plain
    if PAIRED in names and picture.undressed is not None:
        yield from _shoot_after_plate(pipeline, good, cutout)
    for name in (name for name in names if name in CORRUPTIONS):
        yield from _corrupt(pipeline, picture, name)
    if {"colour cast", "other light"} & set(names):
        yield from _shoot_in_other_light(pipeline, picture, plain)
    if "moved" in names:
        for severity, moved in simulate_movement(picture, _seed_rng(picture, "moved")):
            found = replace(plain.measurements, motion_share=moved)
            yield replace(plain, corruption="moved", severity=severity, measurements=found)


def _corrupt(pipeline: Pipeline, picture: LabelledPicture, name: str) -> Iterator[CorruptedShot]:
    corruption = CORRUPTIONS[name]
    if corruption.reason == "mannequin-leak" and picture.body is None:
        return
    for severity in corruption.severities:
        rng = _seed_rng(picture, f"{name}/{severity}")
        shown = add_noise(corruption.apply(picture, severity, rng), rng)
        yield _measure_shot(pipeline.cut(make_frame(shown)), shown, name, severity)


def _shoot_after_plate(
    pipeline: Pipeline, picture: LabelledPicture, cutout: Cutout
) -> Iterator[CorruptedShot]:
    rng = _seed_rng(picture, PAIRED)
    for name, severity, shot, known in pair_with_plates(picture, cutout, rng):
        yield _measure_shot(shot, picture, name, severity, known)
    bare = undress(picture)
    if bare is not None:
        yield _measure_shot(pipeline.cut(make_frame(bare)), bare, BARE, 1)


def _shoot_in_other_light(
    pipeline: Pipeline, picture: LabelledPicture, plain: CorruptedShot
) -> Iterator[CorruptedShot]:
    def cut_out(shown: LabelledPicture) -> Cutout:
        return pipeline.cut(make_frame(shown))

    for name, severity, drift in simulate_light(picture, _seed_rng(picture, "session"), cut_out):
        if drift is not None:
            found = replace(
                plain.measurements, white_drift=drift.white, light_drift_stops=drift.light_stops
            )
            yield replace(plain, corruption=name, severity=severity, measurements=found)


def _measure_shot(
    cutout: Cutout,
    shown: LabelledPicture,
    corruption: str,
    severity: float,
    known: BarePlate | None = None,
) -> CorruptedShot:
    if known is None:
        known = remember_plate(
            shown, cutout.frame, _seed_rng(shown, f"{corruption}/{severity}/bare")
        )
    mask, truth = cutout.mask.alpha >= 128, shown.garment >= 0.5
    leak = None
    if shown.body is not None:
        leak = float((mask & shown.body & ~truth).sum() / max(1, mask.sum()))
    edges = (truth[0], truth[-1], truth[:, 0], truth[:, -1])
    return CorruptedShot(
        data=shown.data,
        stem=shown.stem,
        half=shown.half,
        corruption=corruption,
        severity=severity,
        measurements=measure(
            cutout, bare_share=None if known is None else known.measure_share(cutout)
        ),
        true_share=float(truth.mean()),
        true_touch=max(float(edge.mean()) for edge in edges),
        iou=mask_iou(mask, truth),
        leak=leak,
        beside=float((mask & ~_dilate(truth)).sum() / max(1, mask.sum())),
        after_bare=known is not None,
    )


def _dilate(truth: BoolArray) -> BoolArray:
    kernel = np.ones((5, 5), np.uint8)
    return np.asarray(cv2.dilate(truth.astype(np.uint8), kernel) > 0)


def _seed_rng(picture: LabelledPicture, use: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(f"{picture.data}/{picture.stem}/{use}".encode()))
