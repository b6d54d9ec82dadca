"""The loss: what it rewards."""

from __future__ import annotations

import numpy as np
import pytest

from train.training.loss import GarmentLoss


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


def test_the_boundary_weight_raises_what_the_edge_costs() -> None:
    """A mistake at the edge costs more with the weight, the same mistake far away costs less."""
    truth = np.zeros((1, 16, 16, 1), np.float32)
    truth[:, :, 8:] = 1
    right = np.where(truth > 0, 6.0, -6.0).astype(np.float32)
    at_edge, far_away = right.copy(), right.copy()
    at_edge[:, :, 7] = 6
    far_away[:, :, 0] = 6
    plain, weighted = GarmentLoss(), GarmentLoss(boundary_weight=4)
    assert float(weighted(truth, at_edge)) > 2 * float(plain(truth, at_edge))
    assert float(weighted(truth, far_away)) < float(plain(truth, far_away))
    assert float(weighted(truth, right)) == pytest.approx(float(plain(truth, right)), rel=0.01)


def test_ignored_cells_make_no_edge() -> None:
    """A border to cells that are ignored is no edge of the garment."""
    truth = np.ones((1, 16, 16, 1), np.float32)
    truth[:, :, :4] = -1
    logits = np.random.default_rng(1).normal(size=truth.shape).astype(np.float32)
    plain, weighted = GarmentLoss(), GarmentLoss(boundary_weight=4)
    assert float(weighted(truth, logits)) == pytest.approx(float(plain(truth, logits)), rel=1e-6)
