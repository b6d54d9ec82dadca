"""One picture, spoiled in every way, and what the verdict's measurements say of it."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone

import cv2
import numpy as np

from benchmarks.datasets.labelled import Bools, Labelled, find_undressed
from benchmarks.verdict.bare_pairs import after_bare, bare_set_of
from benchmarks.verdict.corruptions import SPOILS, add_grain
from benchmarks.verdict.shot_sequences import CHANGES, drifts, movements
from device.imaging.frame import Frame
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.verdict.bare_plate import BarePlate
from device.verdict.measurements import Measurements, measure

UNSPOILED = "unspoiled"
BARE = "no garment"
PAIRED = "bare pairs"
SPOIL_NAMES = (*SPOILS, *CHANGES, PAIRED)


@dataclass(frozen=True, slots=True)
class CorruptedShot:
    """One shot of the benchmark.

    Attributes:
        data: the data set.
        stem: the picture.
        half: whether thresholds may be chosen on it.
        spoil: what was done to it.
        strength: how much.
        found: its measurements.
        true_share: share of the frame that is garment.
        true_touch: the largest share of one of the frame's edges under garment.
        iou: of the mask with what is true; 1 where both are empty.
        leak: share of the mask on skin, hair or mannequin; None where nobody labelled them.
        beside: share of the mask that lies off the garment and its edge, on whatever it is.
        after_bare: whether the bare set was shown before it.
    """

    data: str
    stem: str
    half: str
    spoil: str
    strength: float
    found: Measurements
    true_share: float
    true_touch: float
    iou: float
    leak: float | None
    beside: float
    after_bare: bool

    @property
    def astray(self) -> float:
        """Share of the mask on the wearer or beside the garment, whichever is more."""
        return max(self.leak or 0.0, self.beside)

    def row(self) -> dict[str, object]:
        """As it is written down."""
        own = {name: value for name, value in asdict(self).items() if name != "found"}
        return {**own, **self.found.document()}


def corrupt_shots(
    pipeline: Pipeline, picture: Labelled, spoils: Sequence[str]
) -> Iterator[CorruptedShot]:
    """Try a picture unspoiled and in all the ways named; always with the same noise.

    Args:
        pipeline: cuts the garment out.
        picture: an unspoiled picture.
        spoils: of `SPOIL_NAMES`.
    """
    good = add_grain(picture, _rng(picture, UNSPOILED))
    if picture.bare:
        yield _judged(pipeline.cut(_frame(good)), good, BARE, 1)
        return
    cutout = pipeline.cut(_frame(good))
    plain = _judged(cutout, good, UNSPOILED, 0)
    yield plain
    if PAIRED in spoils and picture.undressed is not None:
        yield from _paired(pipeline, good, cutout)
    for name in (name for name in spoils if name in SPOILS):
        yield from _corrupt(pipeline, picture, name)
    if {"colour cast", "other light"} & set(spoils):
        yield from _drifted(pipeline, picture, plain)
    if "moved" in spoils:
        for strength, moved in movements(picture, _rng(picture, "moved")):
            found = replace(plain.found, motion_share=moved)
            yield replace(plain, spoil="moved", strength=strength, found=found)


def _corrupt(pipeline: Pipeline, picture: Labelled, name: str) -> Iterator[CorruptedShot]:
    spoil = SPOILS[name]
    if spoil.reason == "mannequin-leak" and picture.body is None:
        return
    for strength in spoil.strengths:
        rng = _rng(picture, f"{name}/{strength}")
        shown = add_grain(spoil.apply(picture, strength, rng), rng)
        yield _judged(pipeline.cut(_frame(shown)), shown, name, strength)


def _paired(pipeline: Pipeline, picture: Labelled, cutout: Cutout) -> Iterator[CorruptedShot]:
    rng = _rng(picture, PAIRED)
    for name, strength, shot, known in after_bare(picture, cutout, rng):
        yield _judged(shot, picture, name, strength, known)
    bare = find_undressed(picture)
    if bare is not None:
        yield _judged(pipeline.cut(_frame(bare)), bare, BARE, 1)


def _drifted(
    pipeline: Pipeline, picture: Labelled, plain: CorruptedShot
) -> Iterator[CorruptedShot]:
    def look(shown: Labelled) -> Cutout:
        return pipeline.cut(_frame(shown))

    for name, strength, drift in drifts(picture, _rng(picture, "session"), look):
        if drift is not None:
            found = replace(
                plain.found, white_drift=drift.white, light_drift_stops=drift.light_stops
            )
            yield replace(plain, spoil=name, strength=strength, found=found)


def _judged(
    cutout: Cutout, shown: Labelled, spoil: str, strength: float, known: BarePlate | None = None
) -> CorruptedShot:
    if known is None:
        known = bare_set_of(shown, cutout.frame, _rng(shown, f"{spoil}/{strength}/bare"))
    mask, truth = cutout.mask.alpha >= 128, shown.garment >= 0.5
    union = int((mask | truth).sum())
    leak = None
    if shown.body is not None:
        leak = float((mask & shown.body & ~truth).sum() / max(1, mask.sum()))
    edges = (truth[0], truth[-1], truth[:, 0], truth[:, -1])
    return CorruptedShot(
        data=shown.data,
        stem=shown.stem,
        half=shown.half,
        spoil=spoil,
        strength=strength,
        found=measure(cutout, bare_share=None if known is None else known.share_of(cutout)),
        true_share=float(truth.mean()),
        true_touch=max(float(edge.mean()) for edge in edges),
        iou=float((mask & truth).sum() / union) if union else 1.0,
        leak=leak,
        beside=float((mask & ~_wide(truth)).sum() / max(1, mask.sum())),
        after_bare=known is not None,
    )


def _wide(truth: Bools) -> Bools:
    kernel = np.ones((5, 5), np.uint8)
    return np.asarray(cv2.dilate(truth.astype(np.uint8), kernel) > 0)


def _frame(shown: Labelled) -> Frame:
    moment = datetime.now(timezone.utc)
    return Frame(shown.pixels, "RGB", moment, time.monotonic(), 0, "benchmark")


def _rng(picture: Labelled, use: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(f"{picture.data}/{picture.stem}/{use}".encode()))
