"""GrabCut as judge, and outlines that follow the picture."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from tests.support.drawn_shirt import draw_shirt
from train.pseudolabel.acceptance import Figures, Limits, find_refusal
from train.pseudolabel.edge_snapping import follow_edges
from train.pseudolabel.grabcut import segment_by_grabcut
from train.pseudolabel.network import mask_iou

Float32Array = npt.NDArray[np.float32]


def _coarse_logits(mask: npt.NDArray[np.uint8], cell_px: int) -> Float32Array:
    """Logits as a network would give them: right, but blurred to its cells."""
    small = cv2.resize(mask, None, fx=1 / cell_px, fy=1 / cell_px, interpolation=cv2.INTER_AREA)
    wide = cv2.resize(small, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray((wide.astype(np.float32) / 255 - 0.5) * 12, np.float32)


def test_outlines_follow_the_picture() -> None:
    """A mask that is right in coarse cells becomes right to the pixel, at full resolution."""
    picture, truth = draw_shirt(3, size=(960, 720))
    logits = _coarse_logits(truth, 24)
    before = mask_iou(logits > 0, truth > 0)
    after = mask_iou(follow_edges(picture, logits) >= 128, truth > 0)
    assert before < 0.985
    assert after > 0.995


def test_nothing_far_from_the_outline_changes() -> None:
    """Edges inside a garment and outside it, however strong, leave the mask alone."""
    picture, truth = draw_shirt(3, size=(480, 360))
    picture[200:230, 150:250] = 255  # a white print
    picture[:40, :40] = (190, 40, 40)  # something red on the wall
    mask = follow_edges(picture, _coarse_logits(truth, 8))
    assert mask[200:230, 150:250].all()
    assert not mask[:40, :40].any()


def test_grabcut_knows_a_wrong_proposal() -> None:
    """GrabCut confirms a right proposal, and not one that lies beside the garment."""
    picture, truth = draw_shirt(2)
    right = truth.astype(np.float32) / 255
    wrong = np.roll(right, 40, axis=1)
    assert _agreement(picture, right) > 0.97
    assert _agreement(picture, wrong) < Limits().min_grabcut_iou


def _agreement(picture: npt.NDArray[np.uint8], proposal: Float32Array) -> float:
    opinion = segment_by_grabcut(picture, proposal)
    assert opinion is not None
    assert opinion.shape == proposal.shape
    again = segment_by_grabcut(picture, proposal)
    assert again is not None
    assert (opinion == again).all(), "the same question must get the same answer"
    return mask_iou(opinion, proposal > 0.5)


def test_one_sided_proposals_have_no_opinion() -> None:
    """Where a proposal is all garment or none there is nothing to compare, and no crash."""
    picture, _ = draw_shirt(2)
    for value in (0, 1):
        assert segment_by_grabcut(picture, np.full(picture.shape[:2], value, np.float32)) is None


def test_plainest_reason_is_named_first() -> None:
    """A mask that fails in several ways is refused for the one that a person sees first."""
    good = Figures(area_share=0.3, pieces=1, unsure_share=0.2, grabcut_iou=0.95, views_iou=0.97)
    assert find_refusal(good, Limits()) is None
    bad = Figures(area_share=0.001, pieces=99, unsure_share=9.0, grabcut_iou=0.1)
    assert find_refusal(bad, Limits()) == "next to nothing found"
