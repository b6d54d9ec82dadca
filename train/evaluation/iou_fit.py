"""Fits what a mask is worth to what the rig says of it, on labelled pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from train.errors import UsageError

OFFSET = 0.003
"""Of IoU: so near to 1 a difference is the outline's rounding."""
_RIDGE = 1.0
"""Pictures' worth of pull towards 0 on each weight: a few pictures fit no line exactly."""
_FOLDS = 10
_ROUNDS = 20
_HUBER = 2.0
"""Times the median deviation: from there on a picture loses weight."""
LEAST_PICTURES = 30
_LEAST_SPREAD = 1e-6
"""Masks that are worth the same differ by less, by the rounding of the sums alone."""
LEAST_CORRELATION = 0.3
_LEAST_OFF = 1e-3
"""Of a logarithm: masks that all lie on the line have no outliers."""

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture: what the rig said of its mask, and what the mask was worth.

    Attributes:
        soft_iou: of the mask, by the model's own probabilities, 0 to 1.
        agreement: IoU of the first two passes; None where only one ran.
        iou: of the mask with the truth; 0 where something was found and there is no garment.
        group: pictures of one garment, sender or scene; empty for one that stands alone.
        doubt_share: what is in doubt beyond the edge, as a share of the mask; None where the rig
            did not say.
    """

    soft_iou: float
    agreement: float | None
    iou: float
    group: str = ""
    doubt_share: float | None = None


@dataclass(frozen=True, slots=True)
class IouFit:
    """``ln(1 - IoU + offset)`` as a sum; see ``device.bundle.specs.IouModel``.

    Attributes:
        intercept: the constant.
        soft_iou: weight of the soft IoU.
        agreement: weight of the first two passes' agreement.
        mean_agreement: of the pictures; stands for an agreement that is not known.
        pictures: how many it was fitted to.
        correlation: of expected and true IoU, both as logarithms, on pictures left out of the fit
            that show a garment.
        doubt_share: weight of the share in doubt.
    """

    intercept: float
    soft_iou: float
    agreement: float
    mean_agreement: float
    pictures: int
    correlation: float
    doubt_share: float = 0.0

    def as_dict(self) -> dict[str, float | int]:
        """Return the section ``iou_model`` of a bundle's manifest."""
        numbers = ("intercept", "soft_iou", "agreement", "doubt_share")
        return {
            **{name: round(float(getattr(self, name)), 4) for name in numbers},
            "mean_agreement": round(self.mean_agreement, 4),
            "correlation": round(self.correlation, 4),
            "offset": OFFSET,
            "pictures": self.pictures,
        }


def fit_iou(samples: Sequence[Sample]) -> tuple[IouFit, Float64Array]:
    """Fit, and predict each picture by a fit that has not seen it.

    Args:
        samples: of pictures that training never saw; those on which something was found and that
            show no garment have an IoU of 0, and teach it what such a find looks like.

    Returns:
        The fit to all, and the IoU that each picture was expected to have by the fits to nine
        tenths of the others: float64, shape (pictures,).

    Raises:
        UsageError: too few pictures, or such that what the rig said is no sign of what the mask is
            worth.
    """
    shown = sum(each.iou > 0 for each in samples)
    if shown < LEAST_PICTURES:
        raise UsageError(
            f"{shown} pictures show a garment and have a verdict: give at least"
            f" {LEAST_PICTURES}, of all the kinds that the rig will see"
        )
    mean_agreement = _find_mean([each.agreement for each in samples if each.iou > 0], 1.0)
    mean_doubt = _find_mean([each.doubt_share for each in samples], 0.0)
    said = np.array(
        [
            [
                each.soft_iou,
                mean_agreement if each.agreement is None else each.agreement,
                1 - (mean_doubt if each.doubt_share is None else each.doubt_share),
            ]
            for each in samples
        ]
    )
    inputs, target = _lose(said), _lose(np.array([each.iou for each in samples]))
    garment = np.array([each.iou > 0 for each in samples])
    expected = np.empty_like(target)
    folds = _divide(samples)
    for fold in range(_FOLDS):
        left_out = folds == fold
        weights = _solve(inputs[~left_out], target[~left_out])
        expected[left_out] = weights[0] + inputs[left_out] @ weights[1:]
    intercept, soft_iou, agreement, doubt_share = _solve(inputs, target).tolist()
    spread = min(float(expected[garment].std()), float(target[garment].std()))
    correlation = (
        float(np.corrcoef(expected[garment], target[garment])[0, 1])
        if spread > _LEAST_SPREAD
        else 0.0
    )
    if correlation < LEAST_CORRELATION or min(soft_iou, agreement, doubt_share) < 0:
        raise UsageError(
            f"what the rig says of these {len(samples)} masks is no sign of what they are worth"
            f" (correlation {correlation:.2f}): give more kinds of pictures, poor masks among them"
        )
    fit = IouFit(
        intercept=intercept,
        soft_iou=soft_iou,
        agreement=agreement,
        mean_agreement=mean_agreement,
        pictures=len(samples),
        correlation=correlation,
        doubt_share=doubt_share,
    )
    return fit, np.clip(1 + OFFSET - np.exp(expected), 0, 1)


def _divide(samples: Sequence[Sample]) -> npt.NDArray[np.int64]:
    """Return a fold for each sample; those of one group share it, or they would know each other."""
    groups: dict[str, int] = {}
    for number, each in enumerate(samples):
        groups.setdefault(each.group or f"/{number}", len(groups))
    keys = (each.group or f"/{number}" for number, each in enumerate(samples))
    return np.array([groups[key] % _FOLDS for key in keys])


def _find_mean(values: Sequence[float | None], otherwise: float) -> float:
    known = [each for each in values if each is not None]
    return float(np.mean(known)) if known else otherwise


def _lose(shares: Float64Array) -> Float64Array:
    return np.asarray(np.log(1 - shares + OFFSET))


def _solve(inputs: Float64Array, target: Float64Array) -> Float64Array:
    """Return intercept and weights by ridge regression, robust to wrong labels.

    A picture whose true mask is itself wrong lies far from all others and loses weight (Huber,
    "Robust Estimation of a Location Parameter", 1964).
    """
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    scaled = np.column_stack([np.ones(len(inputs)), (inputs - mean) / scale])
    pull = _RIDGE * np.diag([0.0] + [1.0] * inputs.shape[1])
    trust = np.ones(len(inputs))
    for _ in range(_ROUNDS):
        weighted = scaled * trust[:, np.newaxis]
        solved = np.linalg.solve(weighted.T @ scaled + pull, weighted.T @ target)
        off = np.abs(target - scaled @ solved)
        usual = max(float(np.median(off)), _LEAST_OFF)
        trust = np.minimum(1, _HUBER * usual / np.maximum(off, 1e-9))
    weights = solved[1:] / scale
    if (weights < 0).any() and (weights > 0).any():
        # All signs rise with the IoU. Where they say nearly the same the fit may play one off
        # against another: then those that are left say it alone.
        kept = weights > 0
        alone = _solve(inputs[:, kept], target)
        weights[kept], weights[~kept] = alone[1:], 0.0
        return np.concatenate([alone[:1], weights])
    return np.concatenate([[solved[0] - mean @ weights], weights])
