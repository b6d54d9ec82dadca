"""One photo: proposal, second opinion, figures, mask."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array
from train.pseudolabel.acceptance import Figures
from train.pseudolabel.cleaning import clean
from train.pseudolabel.edge_snapping import follow_edges
from train.pseudolabel.grabcut import SURE, segment_by_grabcut
from train.pseudolabel.network import Views, mask_iou

SPECK_SHARE = 0.02  # of the mask: smaller parts are not counted as pieces


@dataclass(frozen=True, slots=True)
class Label:
    """A proposed mask, not yet judged.

    Attributes:
        mask: uint8 (height, width), 128 and above is garment.
        figures: what was measured of it.
    """

    mask: UInt8Array
    figures: Figures


def sigmoid(logits: Float32Array) -> Float32Array:
    """Turn logits into probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)


def _unsure_share(probability: Float32Array) -> float:
    garment = int((probability > 0.5).sum())
    unsure = int(((probability > 1 - SURE) & (probability < SURE)).sum())
    return unsure / garment if garment else 1.0


def _pieces(mask: BoolArray) -> int:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    return int((stats[1:, cv2.CC_STAT_AREA] > SPECK_SHARE * mask.sum()).sum())


def _at_size(mask: BoolArray, like: BoolArray) -> BoolArray:
    size = like.shape[1], like.shape[0]
    return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5)


def _grabcut_iou(picture: UInt8Array, probability: Float32Array) -> float:
    opinion = segment_by_grabcut(picture, probability)
    return 0.0 if opinion is None else mask_iou(_at_size(probability > 0.5, opinion), opinion)


def label(picture: UInt8Array, views: Views | None, teacher: UInt8Array | None) -> Label:
    """Label one photo.

    With both opinions the teacher's mask is cleaned; a network's alone is brought to the
    picture's edges; a teacher's alone is judged as it is.

    Args:
        picture: uint8 (height, width, 3), RGB.
        views: what a network says of it, or None.
        teacher: mask that a teacher proposed, uint8 (height, width), or None.

    Raises:
        ValueError: nobody proposes.
    """
    if teacher is None:
        if views is None:
            raise ValueError("neither a network nor a teacher proposes")
        return _by_network(picture, views)
    if views is None:
        probability = teacher.astype(np.float32) / 255
        return Label(teacher, _figures(teacher, probability, _grabcut_iou(picture, probability)))
    return _by_both(picture, views, teacher)


def _by_network(picture: UInt8Array, views: Views) -> Label:
    probability = sigmoid(views.logits)
    mask = follow_edges(picture, views.logits)
    figures = _figures(mask, probability, _grabcut_iou(picture, probability))
    return Label(mask, replace(figures, views_iou=views.views_iou))


def _by_both(picture: UInt8Array, views: Views, teacher: UInt8Array) -> Label:
    cleaned = clean(picture, teacher, sigmoid(views.logits))
    figures = _figures(cleaned.mask, teacher.astype(np.float32) / 255, cleaned.grabcut_iou)
    figures = replace(
        figures,
        views_iou=views.views_iou,
        teacher_iou=mask_iou(cleaned.mask >= 128, views.logits > 0),
        changed_share=cleaned.changed_share,
    )
    return Label(cleaned.mask, figures)


def _figures(mask: UInt8Array, proposed: Float32Array, grabcut_iou: float) -> Figures:
    garment = mask >= 128
    return Figures(
        area_share=float(garment.mean()),
        pieces=_pieces(garment),
        unsure_share=_unsure_share(proposed),
        grabcut_iou=grabcut_iou,
    )
