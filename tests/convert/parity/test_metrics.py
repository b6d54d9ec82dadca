"""The figures in a manifest mean what training's figures mean."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from convert.parity.metrics import Overlap, Scores, Tally, boundary_f
from train.evaluation.metrics import Score

BoolArray = npt.NDArray[np.bool_]


def _blob(seed: int) -> BoolArray:
    noise = np.random.default_rng(seed).normal(0, 1, (90, 120)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 6) > 0)


def test_training_and_conversion_count_alike() -> None:
    """Over the same masks both report the same IoU and the same boundary F."""
    ours, theirs = Tally(), Score()
    for seed in range(6):
        truth = _blob(seed)
        guess = truth ^ (_blob(seed + 50) & _blob(seed + 70) & _blob(seed + 90))
        ours.add(guess, truth)
        theirs.add(guess, truth, None)
    assert ours.scores().garment_iou == pytest.approx(theirs.garment_iou)
    assert ours.scores().boundary_f == pytest.approx(theirs.boundary_f)
    assert 0.5 < ours.scores().garment_iou < 0.99


def test_empty_mask_wins_nothing() -> None:
    """An all-background answer scores 0 on garment IoU and on boundary F."""
    tally = Tally()
    tally.add(np.zeros((90, 120), bool), _blob(1))
    assert tally.scores().garment_iou == 0
    assert tally.scores().boundary_f == 0


def test_a_mask_of_everything_wins_nothing_where_there_is_no_garment() -> None:
    """On a photo without garment a mask that fills the frame has boundary F 0 and no IoU."""
    nothing = np.zeros((90, 120), bool)
    assert boundary_f(~nothing, nothing) == boundary_f(nothing, ~nothing) == 0.0
    assert boundary_f(~nothing, ~nothing) == boundary_f(nothing, nothing) == 1.0
    tally = Tally()
    tally.add(~nothing, nothing)
    assert tally.scores() == Scores(garment_iou=0.0, boundary_f=0.0)


def test_photos_without_garment_lift_no_boundary_figure() -> None:
    """An empty mask is perfect on a bare form, and that is no outline found."""
    tally = Tally()
    tally.add(np.roll(_blob(1), 20, axis=1), _blob(1))
    before = tally.scores()
    for _ in range(20):
        tally.add(np.zeros((90, 120), bool), np.zeros((90, 120), bool))
    assert tally.scores() == before


def test_an_empty_union_has_one_answer() -> None:
    """Nothing to find and nothing found is 0 in every pooled figure, as training has it."""
    nothing = np.zeros((90, 120), bool)
    tally, overlap, theirs = Tally(), Overlap(), Score()
    tally.add(nothing, nothing)
    overlap.add(nothing, nothing)
    theirs.add(nothing, nothing, None)
    assert tally.scores().garment_iou == overlap.iou == theirs.garment_iou == 0.0
