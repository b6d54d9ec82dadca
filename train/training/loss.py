"""The loss: cross-entropy and Dice on logits, against the share of garment in each cell."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def _find_edges(y_true: Any, counts: Any) -> Any:
    """Return how strong an edge is in each cell's 3x3 neighbourhood, 0 to 1."""
    highest = ops.max_pool(y_true * counts, 3, 1, "same")
    # Ignored cells count as garment here and as none above: they make no edge of their own.
    lowest = -ops.max_pool(-(y_true * counts + 1.0 - counts), 3, 1, "same")
    return ops.relu(highest - lowest)


class GarmentLoss(keras.losses.Loss):  # type: ignore[misc] # Keras ships no types
    """Binary cross-entropy plus soft Dice (Milletari et al., "V-Net", 2016).

    Targets are the share of each logits cell that is garment, 0 to 1, so that the zero of the
    logits comes to lie where half a cell is covered and the edge is placed finer than a cell.
    Dice balances the thin class; cross-entropy keeps the logits calibrated. A target below 0
    marks a cell to ignore.

    With a boundary weight, cells at the label's edge weigh more in the cross-entropy, as the
    border pixels of Ronneberger et al., "U-Net", 2015, equation 2; there the weight falls off
    over pixels, here it is 1 + boundary weight within one cell of the edge.
    """

    def __init__(
        self,
        dice_weight: float = 0.5,
        boundary_weight: float = 0.0,
        name: str = "garment",
        **keywords: Any,
    ) -> None:
        super().__init__(name=name, **keywords)
        self.dice_weight = dice_weight
        self.boundary_weight = boundary_weight

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each picture: shape (batch,).

        Args:
            y_true: float32, shape (batch, rows, columns, 1), garment share or below 0.
            y_pred: float32, same shape, logits.
        """
        counts = ops.cast(y_true >= 0, "float32")
        y_true = ops.maximum(y_true, 0.0)
        # max(x, 0) - x*y + log(1 + exp(-|x|)): the overflow-safe form of cross-entropy.
        entropy = ops.relu(y_pred) - y_pred * y_true + ops.log1p(ops.exp(-ops.abs(y_pred)))
        axes = (1, 2, 3)
        weights = counts
        if self.boundary_weight:
            weights = counts * (1.0 + self.boundary_weight * _find_edges(y_true, counts))
        # A weighted mean: the loss stays of the same size, whatever the weight.
        entropy = ops.sum(entropy * weights, axes) / ops.maximum(ops.sum(weights, axes), 1.0)
        share = ops.sigmoid(y_pred) * counts
        y_true = y_true * counts
        overlap = ops.sum(share * y_true, axes)
        size = ops.sum(share * share, axes) + ops.sum(y_true * y_true, axes)
        # The smoothing keeps pictures without any garment from a 0/0.
        smooth = 16.0
        dice = 1.0 - (2.0 * overlap + smooth) / (size + smooth)
        return entropy + self.dice_weight * dice
