"""Logistic regression over cells: one 1x1 convolution, fitted exactly instead of trained.

By Newton's method (iteratively reweighted least squares; Hastie, Tibshirani, Friedman, "The
Elements of Statistical Learning", section 4.4.1): no learning rate, no seed, one result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from train.arrays import Float32Array, Float64Array, Int8Array

_MOST_STEPS = 25
_CONVERGED = 1e-4
_EVERY = 4


@dataclass(frozen=True, slots=True)
class Cells:
    """What is known of one picture's cells.

    Attributes:
        features: int8 (cells, channels), as stored.
        shares: float32 (cells,), the share of each cell that is of the class, 0 to 1.
        weights: float32 (cells,), for how many cells each stands.
    """

    features: Int8Array
    shares: Float32Array
    weights: Float32Array


def thin_out(picture: Cells) -> Cells:
    """Keep a fourth of the cells that have nothing of the class: they are alike, and many."""
    number = np.arange(len(picture.shares))
    kept = (picture.shares > 0) | (number % _EVERY == 0)
    weights = np.where(picture.shares > 0, 1, _EVERY).astype(np.float32) * picture.weights
    return Cells(picture.features[kept], picture.shares[kept], weights[kept])


def fit_logistic(pictures: Sequence[Cells], *, penalty: float = 1e-3) -> tuple[Float64Array, float]:
    """Fit weights and bias to cells.

    Args:
        pictures: at least one, of equal channels.
        penalty: of the squared weights of standardised features, for each cell: nearly collinear
            channels would get huge weights, which 8 bits cannot hold.

    Returns:
        Weights, float64 (channels,), of the features as stored, and the bias.
    """
    mean, deviation = _measure_spread(pictures)
    weights = np.zeros(len(mean) + 1)
    cells = sum(float(picture.weights.sum()) for picture in pictures)
    ridge = np.full(len(weights), penalty * cells)
    ridge[-1] = 0.0
    for _ in range(_MOST_STEPS):
        slope, curvature = -ridge * weights, np.diag(ridge)
        for picture in pictures:
            wide = _standardise(picture.features, mean, deviation)
            chances = 1 / (1 + np.exp(-(wide @ weights.astype(np.float32))))
            slope += wide.T @ (picture.weights * (picture.shares - chances))
            spread = picture.weights * chances * (1 - chances)
            curvature += (wide * spread[:, None]).T @ wide
        step = np.linalg.solve(curvature, slope)
        # Newton's first steps may overshoot where classes are nearly separable.
        weights += step * min(1.0, 4.0 / max(1e-12, float(np.abs(step).max())))
        if float(np.abs(step).max()) < _CONVERGED:
            break
    own = weights[:-1] / deviation
    return own, float(weights[-1] - own @ mean)


def _measure_spread(pictures: Sequence[Cells]) -> tuple[Float64Array, Float64Array]:
    cells = sum(len(picture.shares) for picture in pictures)
    mean = sum(picture.features.sum(0, dtype=np.float64) for picture in pictures) / cells
    squares = sum((picture.features.astype(np.float64) ** 2).sum(0) for picture in pictures) / cells
    spread = np.sqrt(np.maximum(squares - mean**2, 0))
    return np.asarray(mean), np.asarray(np.maximum(spread, 1e-3))


def _standardise(features: Int8Array, mean: Float64Array, deviation: Float64Array) -> Float32Array:
    wide = np.ones((len(features), len(mean) + 1), np.float32)
    wide[:, :-1] = (features - mean) / deviation
    return wide
