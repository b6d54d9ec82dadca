"""Score of a mask on one picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from train.arrays import BoolArray
from train.evaluation.boundary import boundary_f_at, relative_tolerance_px

NEAR_PX = 2.0  # half a cell of the logits at the model's own resolution


def mask_iou(mask: BoolArray, other: BoolArray) -> float:
    """Return the intersection over union of two masks of one picture; 1 when both are empty."""
    union_px = int(np.count_nonzero(mask | other))
    return int(np.count_nonzero(mask & other)) / union_px if union_px else 1.0


@dataclass(frozen=True, slots=True)
class PictureScore:
    """The counts of one picture, pixels, and its outline's scores.

    Attributes:
        stem: the picture's name in its data set.
        kind: what it shows, as the data set's index says.
        picture_px: all its pixels.
        truth_px: garment in truth.
        predicted_px: garment as predicted.
        intersection_px: both.
        leaked_px: predicted garment on skin, hair or mannequin; None where these are not marked.
        boundary_f_2px: F-score of the outline within 2 px.
        boundary_f: F-score of the outline within 0.75% of the diagonal.
    """

    stem: str
    kind: str
    picture_px: int
    truth_px: int
    predicted_px: int
    intersection_px: int
    leaked_px: int | None
    boundary_f_2px: float
    boundary_f: float

    @property
    def union_px(self) -> int:
        """Garment in truth or as predicted."""
        return self.truth_px + self.predicted_px - self.intersection_px

    @property
    def false_positive_px(self) -> int:
        """Predicted as garment and is none."""
        return self.predicted_px - self.intersection_px

    @property
    def false_negative_px(self) -> int:
        """Garment that was missed."""
        return self.truth_px - self.intersection_px

    @property
    def has_garment(self) -> bool:
        """Whether there is any garment to find."""
        return self.truth_px > 0

    @property
    def garment_iou(self) -> float:
        """Intersection over union; 1 where there is no garment and none was predicted."""
        return self.intersection_px / self.union_px if self.union_px else 1.0

    @property
    def wrong_share(self) -> float:
        """Share of the whole picture in the wrong class."""
        return (self.false_positive_px + self.false_negative_px) / self.picture_px

    def as_dict(self) -> dict[str, Any]:
        """Return the counts, and the scores rounded for people."""
        scores = ("garment_iou", "boundary_f_2px", "boundary_f")
        return {**asdict(self), **{name: round(getattr(self, name), 4) for name in scores}}


def score_picture(
    prediction: BoolArray,
    truth: BoolArray,
    body: BoolArray | None,
    *,
    stem: str = "",
    kind: str = "",
) -> PictureScore:
    """Compare masks of one picture.

    Args:
        prediction: shape (height, width), garment as predicted.
        truth: same shape.
        body: same shape, skin, hair or mannequin; None where unknown.
        stem: the picture's name.
        kind: what it shows.
    """
    size = (truth.shape[0], truth.shape[1])
    near, far = boundary_f_at(prediction, truth, (NEAR_PX, relative_tolerance_px(size)))
    leaked = None if body is None else np.count_nonzero(prediction & body & ~truth)
    return PictureScore(
        stem=stem,
        kind=kind,
        picture_px=truth.size,
        truth_px=int(np.count_nonzero(truth)),
        predicted_px=int(np.count_nonzero(prediction)),
        intersection_px=int(np.count_nonzero(prediction & truth)),
        leaked_px=leaked,
        boundary_f_2px=near,
        boundary_f=far,
    )
