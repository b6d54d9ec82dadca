"""Coarse outlines are snapped to the edges in the picture."""

from __future__ import annotations

import cv2
import numpy as np

from tests.support.drawn_shirt import draw_shirt
from train.arrays import Float32Array, UInt8Array
from train.evaluation.picture_score import mask_iou
from train.pseudolabel.edge_snapping import snap_to_edges


def _coarse_logits(mask: UInt8Array, cell_px: int) -> Float32Array:
    """Return logits as a network gives them: right, but blurred to its cells."""
    small = cv2.resize(mask, None, fx=1 / cell_px, fy=1 / cell_px, interpolation=cv2.INTER_AREA)
    wide = cv2.resize(small, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray((wide.astype(np.float32) / 255 - 0.5) * 12, np.float32)


def test_snap_to_edges_refines_the_outline() -> None:
    """A mask that is right in coarse cells becomes accurate to the pixel at full resolution."""
    picture, truth = draw_shirt(3, size=(960, 720))
    logits = _coarse_logits(truth, 24)
    before = mask_iou(logits > 0, truth > 0)
    after = mask_iou(snap_to_edges(picture, logits) >= 128, truth > 0)
    assert before < 0.985
    assert after > 0.995


def test_snap_to_edges_changes_nothing_far_from_the_outline() -> None:
    """Strong edges inside and outside the garment do not change the mask."""
    picture, truth = draw_shirt(3, size=(480, 360))
    picture[200:230, 150:250] = 255  # a white print
    picture[:40, :40] = (190, 40, 40)  # something red on the wall
    mask = snap_to_edges(picture, _coarse_logits(truth, 8))
    assert mask[200:230, 150:250].all()
    assert not mask[:40, :40].any()
