"""An exponential moving average of a model's weights (Polyak & Juditsky, 1992).

It smooths the last steps of a noisy run; the average is validated and kept. Statistics of batch
normalisation are running averages already: averaged again they would lag behind and spoil the
first epochs, so they are copied. That, and the lower momentum of the first steps, are why Keras'
optimizers' own ``use_ema`` does not serve.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


class MovingAverage:
    """The average of ``model``'s weights over its steps."""

    def __init__(
        self,
        model: keras.Model,
        momentum: float,
        weights: list[np.ndarray[Any, Any]] | None = None,
        steps: int = 0,
    ) -> None:
        self._model = model
        self._momentum = momentum
        self.weights = weights if weights is not None else model.get_weights()
        self._steps = steps

    def update(self) -> None:
        """Take in the weights after one more step.

        Early on the momentum is lower, so that the average does not drag the random start of
        the head along.
        """
        self._steps += 1
        momentum = min(self._momentum, (1 + self._steps) / (10 + self._steps))
        for average, weight in zip(self.weights, self._model.weights, strict=True):
            if not weight.trainable:
                average[...] = weight.numpy()
                continue
            average[...] = momentum * average + (1 - momentum) * weight.numpy()
