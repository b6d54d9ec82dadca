"""The loss: what it rewards."""

from __future__ import annotations

import numpy as np

from train.losses import GarmentLoss


def _loss(share: np.ndarray, logits: np.ndarray) -> float:  # type: ignore[type-arg]
    shape = (1, *share.shape, 1)
    return float(
        GarmentLoss()(share.reshape(shape).astype("f4"), logits.reshape(shape).astype("f4"))
    )


def test_the_zero_of_the_logits_lies_at_half_coverage() -> None:
    """For a cell that is half garment the best logit is 0: edges lie finer than a cell."""
    share = np.full((8, 8), 0.5)
    losses = {logit: _loss(share, np.full((8, 8), logit)) for logit in (-2.0, -0.5, 0.0, 0.5, 2.0)}
    assert min(losses, key=losses.__getitem__) == 0.0


def test_missing_a_small_garment_costs_more_than_its_area() -> None:
    """Calling everything background is dear even when the garment is 2% of the picture."""
    share = np.zeros((32, 32))
    share[10:14, 10:15] = 1
    right = np.where(share > 0, 4.0, -4.0)
    assert _loss(share, np.full((32, 32), -4.0)) > 5 * _loss(share, right)


def test_ignored_cells_cost_nothing() -> None:
    """A cell with a target below 0 does not move the loss, whatever is predicted there."""
    share = np.zeros((8, 8))
    share[:, :2] = -1
    calm, wild = np.full((8, 8), -3.0), np.full((8, 8), -3.0)
    wild[:, :2] = 50.0
    assert _loss(share, calm) == _loss(share, wild)


def test_a_picture_without_garment_gives_a_finite_loss() -> None:
    """Bare sets are pictures too: no garment at all is no division by zero."""
    assert 0 <= _loss(np.zeros((8, 8)), np.full((8, 8), -6.0)) < 0.05
