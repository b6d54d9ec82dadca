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

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture: what the rig said of its mask, and what the mask was worth."""

    soft_iou: float
    agreement: float
    iou: float


@dataclass(frozen=True, slots=True)
class IouFit:
    """``ln(1 - IoU + offset)`` as a sum; see ``device.bundle.specs.IouModel``.

    Attributes:
        intercept: the constant.
        soft_iou: weight of the soft IoU.
        agreement: weight of the first two passes' agreement.
        mean_agreement: stands for an agreement that is not known.
        pictures: how many it was fitted to.
        correlation: of expected and true IoU, both as logarithms, on pictures left out of the fit.
    """

    intercept: float
    soft_iou: float
    agreement: float
    mean_agreement: float
    pictures: int
    correlation: float

    def as_dict(self) -> dict[str, float | int]:
        """Return the section ``iou_model`` of a bundle's manifest."""
        numbers = ("intercept", "soft_iou", "agreement", "mean_agreement", "correlation")
        return {
            **{name: round(float(getattr(self, name)), 4) for name in numbers},
            "offset": OFFSET,
            "pictures": self.pictures,
        }


def fit_iou(samples: Sequence[Sample]) -> tuple[IouFit, Float64Array]:
    """Fit, and predict each picture by a fit that has not seen it.

    Args:
        samples: of pictures that show a garment and that training never saw.

    Returns:
        The fit to all, and the IoU that each picture was expected to have by the fits to nine
        tenths of the others: float64, shape (pictures,).

    Raises:
        UsageError: too few pictures.
    """
    if len(samples) < LEAST_PICTURES:
        raise UsageError(
            f"{len(samples)} pictures show a garment and have a verdict: give at least"
            f" {LEAST_PICTURES}, of all the kinds that the rig will see"
        )
    said = np.array([[each.soft_iou, each.agreement] for each in samples])
    inputs, target = _lose(said), _lose(np.array([each.iou for each in samples]))
    expected = np.empty_like(target)
    folds = np.arange(len(samples)) % _FOLDS
    for fold in range(_FOLDS):
        left_out = folds == fold
        weights = _solve(inputs[~left_out], target[~left_out])
        expected[left_out] = weights[0] + inputs[left_out] @ weights[1:]
    intercept, soft_iou, agreement = _solve(inputs, target).tolist()
    fit = IouFit(
        intercept=intercept,
        soft_iou=soft_iou,
        agreement=agreement,
        mean_agreement=float(np.median(said[:, 1])),
        pictures=len(samples),
        correlation=float(np.corrcoef(expected, target)[0, 1]),
    )
    return fit, np.clip(1 + OFFSET - np.exp(expected), 0, 1)


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
        trust = np.minimum(1, _HUBER * np.median(off) / np.maximum(off, 1e-9))
    weights = solved[1:] / scale
    return np.concatenate([[solved[0] - mean @ weights], weights])
