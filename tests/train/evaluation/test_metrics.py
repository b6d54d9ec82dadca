"""What a mask is worth: figures that background cannot win."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from train.evaluation.boundary import boundary_f, boundary_f_at
from train.evaluation.metrics import Score

BoolArray = npt.NDArray[np.bool_]


def _square(size: int = 100, start: int = 20, stop: int = 60) -> BoolArray:
    mask = np.zeros((size, size), np.bool_)
    mask[start:stop, start:stop] = True
    return mask


def _nothing(size: int = 100) -> BoolArray:
    return np.zeros((size, size), np.bool_)


def test_a_perfect_mask_scores_one() -> None:
    """The truth itself has IoU 1, boundary F 1 and leaks nothing."""
    score = Score()
    score.add(_square(), _square(), ~_square())
    assert (score.garment_iou, score.boundary_f, score.boundary_f_2px) == (1.0, 1.0, 1.0)
    assert (score.leak, score.false_positive_share, score.false_negative_share) == (0.0, 0.0, 0.0)
    assert score.failure is None


def test_all_background_scores_zero_and_is_called_out() -> None:
    """An empty mask wins nothing anywhere, however many pictures have nothing to find."""
    score = Score()
    assert score.add(_nothing(), _square(), ~_square()) == 0.0
    score.add(_nothing(), ~_nothing(), None)  # a garment that fills the frame has no outline
    for _ in range(20):
        score.add(_nothing(), _nothing(), ~_nothing())  # bare forms: nothing to find
    assert (score.garment_iou, score.boundary_f, score.boundary_f_2px) == (0.0, 0.0, 0.0)
    assert score.iou_spread is not None
    assert (score.iou_spread.mean, score.iou_spread.p75) == (0.0, 0.0)
    assert score.iou_spread.below_half_share == 1.0
    assert (score.leak, score.false_positive_share, score.false_negative_share) == (None, None, 1.0)
    assert "everything background; it has learnt nothing" in str(score.failure)


def test_all_garment_is_called_out() -> None:
    """A mask of everything scores the garment's share of the picture, and words say why."""
    score = Score()
    score.add(~_nothing(), _square(), None)
    assert score.garment_iou == pytest.approx(0.16)
    assert score.false_positive_share == pytest.approx(0.84)
    assert "everything garment" in str(score.failure)


def test_garment_that_fills_all_frames_is_no_failure() -> None:
    """Calling everything garment is right where everything is."""
    score = Score()
    score.add(~_nothing(), ~_nothing(), None)
    assert (score.garment_iou, score.boundary_f, score.failure) == (1.0, 1.0, None)


def test_iou_is_pooled_over_pixels() -> None:
    """A small picture that fails weighs as little as it has pixels."""
    score = Score()
    score.add(_square(), _square(), None)  # 1600 of 1600
    small = _square(10, 2, 4)
    score.add(np.zeros_like(small), small, None)  # 0 of 4
    assert score.garment_iou == pytest.approx(1600 / 1604)


def test_spread_tells_what_the_pooled_figure_hides() -> None:
    """One failed picture in four shows in the spread, and pictures without garment do not."""
    score = Score()
    for _ in range(3):
        score.add(_square(), _square(), None)
    score.add(_square(100, 20, 30), _square(), None)  # 100 of 1600
    score.add(_nothing(), _nothing(), None)
    spread = score.iou_spread
    assert spread is not None
    assert (spread.median, spread.p75, spread.below_half_share) == (1.0, 1.0, 0.25)
    assert spread.mean == pytest.approx((3 + 1 / 16) / 4)
    assert spread.p5 < 0.25


def test_each_kind_is_scored_apart() -> None:
    """The kinds of a set have their own pooled figures, which add up to the whole."""
    score = Score()
    score.add(_square(), _square(), None, kind="shirt")
    score.add(_nothing(), _square(), None, kind="dress")
    score.add(_square(), _square(), None, kind="shirt")
    kinds = score.split_by_kind()
    assert {kind: part.garment_iou for kind, part in kinds.items()} == {"dress": 0.0, "shirt": 1.0}
    assert sum(part.pictures for part in kinds.values()) == score.pictures


def test_leak_counts_garment_on_the_body_only() -> None:
    """Leak is the share of the predicted garment that lies on skin, hair or mannequin."""
    body = _nothing()
    body[60:80, 20:60] = True
    prediction = _square()
    prediction[60:70, 20:60] = True  # 400 px onto the body
    score = Score()
    score.add(prediction, _square(), body)
    assert score.leak == pytest.approx(400 / 2000)
    score.add(prediction, _square(), None)  # not known there: changes nothing
    assert score.leak == pytest.approx(400 / 2000)


def test_leak_is_unknown_without_a_body_mask() -> None:
    """Where nobody marked the body, leak is not called zero."""
    score = Score()
    score.add(_square(), _square(), None)
    assert score.leak is None
    assert score.as_dict()["leak"] is None


def test_boundary_f_forgives_the_tolerance_and_no_more() -> None:
    """A contour that is off by 3 px matches at 3 px and fails at 2."""
    shifted = np.roll(_square(), 3, axis=1)
    assert boundary_f(shifted, _square(), tolerance_px=3) == 1.0
    assert boundary_f(shifted, _square(), tolerance_px=2) < 0.75
    near, far = boundary_f_at(shifted, _square(), (2, 3))
    assert (near < 0.75, far) == (True, 1.0)


def test_a_garment_cut_by_the_frame_has_no_boundary_there() -> None:
    """The picture's frame is not an edge of the garment."""
    left = np.zeros((50, 50), np.bool_)
    left[:, :25] = True
    taller = np.vstack([left, left])[:50]
    assert boundary_f(taller, left, tolerance_px=1) == 1.0
