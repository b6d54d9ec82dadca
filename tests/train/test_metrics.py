"""What a mask is worth: figures that background cannot win."""

from __future__ import annotations

import numpy as np
import pytest

from train.metrics import Score, boundary_f


def _square(
    size: int = 100, start: int = 20, stop: int = 60
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    mask = np.zeros((size, size), np.bool_)
    mask[start:stop, start:stop] = True
    return mask


def test_a_perfect_mask_scores_one() -> None:
    """The truth itself has IoU 1, boundary F 1 and leaks nothing."""
    score = Score()
    score.add(_square(), _square(), ~_square())
    assert (score.garment_iou, score.boundary_f, score.leak) == (1.0, 1.0, 0.0)


def test_all_background_scores_zero() -> None:
    """An empty mask wins nothing, however much background there is."""
    score = Score()
    assert score.add(np.zeros((100, 100), np.bool_), _square(), None) == 0.0
    assert (score.garment_iou, score.boundary_f) == (0.0, 0.0)


def test_iou_is_pooled_over_pixels() -> None:
    """A small picture that fails weighs as little as it has pixels."""
    score = Score()
    score.add(_square(), _square(), None)  # 1600 of 1600
    small = _square(10, 2, 4)
    score.add(np.zeros_like(small), small, None)  # 0 of 4
    assert score.garment_iou == pytest.approx(1600 / 1604)


def test_leak_counts_garment_on_the_body_only() -> None:
    """Leak is the share of the predicted garment that lies on skin, hair or mannequin."""
    body = np.zeros((100, 100), np.bool_)
    body[60:80, 20:60] = True
    prediction = _square()
    prediction[60:70, 20:60] = True  # 400 px onto the body
    score = Score()
    score.add(prediction, _square(), body)
    assert score.leak == pytest.approx(400 / 2000)


def test_leak_is_unknown_without_a_body_mask() -> None:
    """Where nobody marked the body, leak is not called zero."""
    score = Score()
    score.add(_square(), _square(), None)
    assert score.leak is None


def test_boundary_f_forgives_the_tolerance_and_no_more() -> None:
    """A contour that is off by 3 px matches at 3 px and fails at 2."""
    shifted = np.roll(_square(), 3, axis=1)
    assert boundary_f(shifted, _square(), tolerance_px=3) == 1.0
    assert boundary_f(shifted, _square(), tolerance_px=2) < 0.75


def test_a_garment_cut_by_the_frame_has_no_boundary_there() -> None:
    """The picture's frame is not an edge of the garment."""
    left = np.zeros((50, 50), np.bool_)
    left[:, :25] = True
    taller = np.vstack([left, left])[:50]
    assert boundary_f(taller, left, tolerance_px=1) == 1.0
