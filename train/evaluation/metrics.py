"""Scores of a set of garment masks: pooled IoU, its spread, boundary F, leak, reliability.

No score can be won by predicting background everywhere: an empty mask scores 0 in all of them. So
pictures without a garment count in the pooled figures only, where a false garment costs, and
neither in the spread nor in the mean boundary F, where an empty mask would be perfect on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from train.arrays import BoolArray, Float32Array
from train.datasets.names import make_printable
from train.evaluation.picture_score import PictureScore, score_picture
from train.evaluation.reliability import Reliability
from train.evaluation.studio_figures import StudioFigures, measure_studio_figures

ONE_CLASS_SHARE = 0.999  # of the pixels in one class: the model does not separate the two


@dataclass(frozen=True, slots=True)
class IouSpread:
    """How garment IoU is spread over the pictures that show a garment."""

    p5: float
    p25: float
    median: float
    p75: float
    mean: float
    below_half_share: float

    def as_dict(self) -> dict[str, float]:
        """Return the figures, rounded for people."""
        names = ("p5", "p25", "median", "p75", "mean", "below_half_share")
        return {name: round(getattr(self, name), 4) for name in names}


@dataclass(slots=True)
class Score:
    """The pictures of a set, or of one kind in it, and the scores of their masks together.

    Attributes:
        per_picture: the scores of each picture.
        calibration: whether the model is as sure as it is right.
        passed_over: pictures that could not be used, each with the reason.
    """

    per_picture: list[PictureScore] = field(default_factory=list)
    calibration: Reliability = field(default_factory=Reliability)
    passed_over: list[str] = field(default_factory=list)

    def add(
        self,
        prediction: BoolArray,
        truth: BoolArray,
        body: BoolArray | None,
        *,
        stem: str = "",
        kind: str = "",
        logits: Float32Array | None = None,
    ) -> float:
        """Count one picture, masks of shape (height, width); return its own garment IoU."""
        picture = score_picture(prediction, truth, body, stem=stem, kind=kind)
        self.per_picture.append(picture)
        if logits is not None:
            self.calibration.add(logits, truth, stem=stem)
        return picture.garment_iou

    @property
    def pictures(self) -> int:
        """How many pictures were counted."""
        return len(self.per_picture)

    @property
    def with_garment(self) -> list[PictureScore]:
        """The pictures that have a garment to find."""
        return [picture for picture in self.per_picture if picture.has_garment]

    @property
    def garment_iou(self) -> float:
        """Intersection over union of class 1, pooled over all pixels."""
        union_px = self._sum("union_px")
        return self._sum("intersection_px") / union_px if union_px else 0.0

    @property
    def iou_spread(self) -> IouSpread | None:
        """Garment IoU picture by picture; None without a picture of a garment."""
        ious = np.array([picture.garment_iou for picture in self.with_garment])
        if not ious.size:
            return None
        p5, p25, median, p75 = (float(value) for value in np.percentile(ious, (5, 25, 50, 75)))
        return IouSpread(p5, p25, median, p75, float(ious.mean()), float((ious < 0.5).mean()))

    @property
    def studio_figures(self) -> StudioFigures:
        """How many of the masks can be printed, and how many need a hand."""
        return measure_studio_figures(self.per_picture)

    @property
    def boundary_f(self) -> float:
        """Mean of the pictures' boundary F at 0.75% of the diagonal."""
        return _mean([picture.boundary_f for picture in self.with_garment])

    @property
    def boundary_f_2px(self) -> float:
        """Mean of the pictures' boundary F at 2 px."""
        return _mean([picture.boundary_f_2px for picture in self.with_garment])

    @property
    def leak(self) -> float | None:
        """Share of predicted garment on skin, hair or mannequin; None where that is unknown."""
        known = [picture for picture in self.per_picture if picture.leaked_px is not None]
        predicted_px = sum(picture.predicted_px for picture in known)
        leaked_px = sum(picture.leaked_px or 0 for picture in known)
        return leaked_px / predicted_px if predicted_px else None

    @property
    def false_positive_share(self) -> float | None:
        """Share of the predicted garment that is none; None when none was predicted."""
        predicted_px = self._sum("predicted_px")
        return self._sum("false_positive_px") / predicted_px if predicted_px else None

    @property
    def false_negative_share(self) -> float | None:
        """Share of the garment that was missed; None when there is none."""
        truth_px = self._sum("truth_px")
        return self._sum("false_negative_px") / truth_px if truth_px else None

    @property
    def failure(self) -> str | None:
        """Sentence that the model does not separate garment from background; None when it does."""
        pixels, predicted_px, truth_px = (
            self._sum(name) for name in ("picture_px", "predicted_px", "truth_px")
        )
        if truth_px and predicted_px <= (1 - ONE_CLASS_SHARE) * truth_px:
            return "the model calls everything background; it has learnt nothing"
        if pixels and predicted_px >= ONE_CLASS_SHARE * pixels > truth_px:
            return (
                "the model calls everything garment; its IoU is only the garment's share of the "
                "pictures"
            )
        return None

    def split_by_kind(self) -> dict[str, Score]:
        """Score each kind of picture separately; reliability is known for the whole set only."""
        kinds: dict[str, Score] = {}
        for picture in sorted(self.per_picture, key=lambda picture: picture.kind):
            kinds.setdefault(picture.kind, Score()).per_picture.append(picture)
        return kinds

    def as_dict(self) -> dict[str, Any]:
        """Return the figures, rounded for people, as they stand in metrics.json."""
        spread = self.iou_spread
        return {
            **self.summarise(),
            "iou_per_picture": None if spread is None else spread.as_dict(),
            "kinds": {kind: score.summarise() for kind, score in self.split_by_kind().items()},
            "calibration": self.calibration.as_dict(),
            "passed_over": [make_printable(reason) for reason in self.passed_over],
        }

    def summarise(self) -> dict[str, float | int | None]:
        """Return the single figures, rounded for people."""
        return {
            "pictures": self.pictures,
            "pictures_without_garment": self.pictures - len(self.with_garment),
            "garment_iou": round(self.garment_iou, 4),
            "boundary_f": round(self.boundary_f, 4),
            "boundary_f_2px": round(self.boundary_f_2px, 4),
            "leak": _round(self.leak),
            "false_positive_share": _round(self.false_positive_share),
            "false_negative_share": _round(self.false_negative_share),
            **self.studio_figures.as_dict(),
        }

    def _sum(self, name: str) -> int:
        return sum(int(getattr(picture, name)) for picture in self.per_picture)


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
