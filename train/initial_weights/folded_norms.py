"""Unfold batch norms that a deployed model has folded into its convolutions.

A norm that only adds a bias computes the right output, but in training a norm replaces its input's
mean and variance by those of the batch, which would undo what the weights have learnt. So each is
given the statistics of what it sees, and a gamma and beta that leave its output as it was.
"""

from __future__ import annotations

from collections.abc import Iterable

import keras
import numpy as np

from train.arrays import Float32Array, UInt8Array
from train.initial_weights.weights import is_backbone
from train.network.letterbox import normalise

_FEWEST_VARIANCE = 1e-6  # Of a channel that is dead: its gamma must not vanish.


def find_folded_norms(model: keras.Model) -> list[keras.layers.BatchNormalization]:
    """Return the head's norms that only add a bias, as `Norm.hold_bias` makes them."""
    found = []
    for layer in model.layers:
        if not isinstance(layer, keras.layers.BatchNormalization) or is_backbone(layer.name):
            continue
        gamma, _, mean, variance = layer.get_weights()
        if not mean.any() and np.allclose(gamma, np.sqrt(variance + layer.epsilon)):
            found.append(layer)
    return found


def unfold_norms(
    norms: list[keras.layers.BatchNormalization],
    model: keras.Model,
    pictures: Iterable[UInt8Array],
) -> None:
    """Give norms the statistics of what they see, and keep what the network computes.

    Args:
        norms: of `find_folded_norms`.
        model: the network that they belong to.
        pictures: batches of training pictures, uint8 (batch, height, width, 3), RGB.
    """
    watched = keras.Model(model.inputs, [layer.input for layer in norms])
    sums = [np.zeros((2, layer.gamma.shape[0])) for layer in norms]
    counts = [0] * len(norms)
    for batch in pictures:
        for number, seen in enumerate(watched.predict_on_batch(normalise(batch))):
            cells = np.asarray(seen, np.float64).reshape(-1, seen.shape[-1])
            sums[number] += cells.sum(axis=0), np.square(cells).sum(axis=0)
            counts[number] += len(cells)
    for layer, (total, squares), count in zip(norms, sums, counts, strict=True):
        mean = total / count
        variance = np.maximum(squares / count - mean**2, _FEWEST_VARIANCE)
        bias = layer.get_weights()[1]
        values = np.sqrt(variance + layer.epsilon), bias + mean, mean, variance
        layer.set_weights([_as_float32(value) for value in values])


def _as_float32(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Float32Array:
    return np.asarray(values, np.float32)
