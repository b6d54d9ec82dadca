"""GrabCut as an independent check of a proposal."""

from __future__ import annotations

import numpy as np

from tests.support.drawn_shirt import draw_shirt
from train.arrays import Float32Array, UInt8Array
from train.evaluation.picture_score import mask_iou
from train.pseudolabel.acceptance import Limits
from train.pseudolabel.grabcut import segment_by_grabcut


def test_grabcut_detects_a_wrong_proposal() -> None:
    """GrabCut agrees with a right proposal, and not with one beside the garment."""
    picture, truth = draw_shirt(2)
    right = truth.astype(np.float32) / 255
    wrong = np.roll(right, 40, axis=1)
    assert _agreement(picture, right) > 0.97
    assert _agreement(picture, wrong) < Limits().min_grabcut_iou


def _agreement(picture: UInt8Array, proposal: Float32Array) -> float:
    found = segment_by_grabcut(picture, proposal)
    assert found is not None
    assert found.shape == proposal.shape
    again = segment_by_grabcut(picture, proposal)
    assert again is not None
    assert (found == again).all(), "GrabCut must be reproducible"
    return mask_iou(found, proposal > 0.5)


def test_grabcut_gives_nothing_for_a_one_sided_proposal() -> None:
    """A proposal that is all garment or all background gives None instead of an error."""
    picture, _ = draw_shirt(2)
    for value in (0, 1):
        assert segment_by_grabcut(picture, np.full(picture.shape[:2], value, np.float32)) is None
