"""Confidence against truth: a model should be as sure as it is right."""

from __future__ import annotations

import numpy as np
import pytest

from train.evaluation.reliability import PIXELS_PER_PICTURE, Reliability

RANDOM = np.random.default_rng(7)
CHANCE = RANDOM.uniform(0.02, 0.98, (400, 400))
LOGITS = np.log(CHANCE / (1 - CHANCE)).astype(np.float32)
TRUTH = RANDOM.uniform(size=CHANCE.shape) < CHANCE  # garment as often as the logits say


def _calibration(logits: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Reliability:
    calibration = Reliability()
    for number in range(8):
        calibration.add(logits, TRUTH, stem=f"picture {number}")
    return calibration


def test_an_honest_model_has_no_calibration_error() -> None:
    """Logits whose sigmoid is the true chance of garment lie on the diagonal."""
    calibration = _calibration(LOGITS)
    assert calibration.expected_error == pytest.approx(0, abs=0.02)
    for row in calibration.table:
        assert row.confidence == pytest.approx(row.garment_share, abs=0.05)
    assert calibration.unsure_share == pytest.approx(0.8 / 0.96, abs=0.02)


def test_an_overconfident_model_is_found_out() -> None:
    """Logits five times too large are an error that the tables show on both sides."""
    calibration = _calibration(LOGITS * 5)
    assert calibration.expected_error is not None
    assert calibration.expected_error > 0.1
    first, last = calibration.table[0], calibration.table[-1]
    assert first.confidence is not None
    assert first.garment_share is not None
    assert first.garment_share > first.confidence + 0.1
    assert last.confidence is not None
    assert last.garment_share is not None
    assert last.garment_share < last.confidence - 0.1


def test_easy_background_does_not_hide_a_wrong_confidence() -> None:
    """The error over unsure pixels stays where sure background dilutes that over all."""
    truth = TRUTH.copy()
    logits = LOGITS + 1.5  # too eager to call garment
    logits[:350], truth[:350] = -20, False
    calibration = Reliability()
    calibration.add(logits, truth, stem="mostly wall")
    assert calibration.expected_error is not None
    assert calibration.unsure_error is not None
    assert calibration.expected_error < 0.05
    assert calibration.unsure_error > 0.15


def test_the_sample_is_the_same_every_day() -> None:
    """Two judgements of one picture agree to the last pixel, and each counts as many."""
    assert _calibration(LOGITS).as_dict() == _calibration(LOGITS).as_dict()
    assert _calibration(LOGITS).pixels.sum() == 8 * PIXELS_PER_PICTURE


def test_extreme_logits_are_taken() -> None:
    """Infinite confidence falls into the outermost bins without a warning."""
    calibration = Reliability()
    logits = np.where(TRUTH, np.inf, -np.inf).astype(np.float32)
    calibration.add(logits, TRUTH, stem="certain")
    assert calibration.expected_error == pytest.approx(0, abs=1e-6)
    assert calibration.unsure_error is None


def test_without_logits_calibration_is_unknown() -> None:
    """Masks alone carry no confidence: nothing is called zero."""
    assert Reliability().expected_error is None
    assert Reliability().as_dict() is None
