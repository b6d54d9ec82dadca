"""Label one photo: clean or refine the proposed mask, and measure how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from train.arrays import BoolArray, Float32Array, UInt8Array
from train.evaluation.picture_score import mask_iou
from train.pseudolabel.acceptance import Measurements
from train.pseudolabel.cleaning import clean_mask
from train.pseudolabel.edge_snapping import snap_to_edges
from train.pseudolabel.grabcut import SURE_PROBABILITY, segment_by_grabcut
from train.pseudolabel.proposers import Prediction

SPECK_SHARE = 0.02  # of the mask: smaller components do not count as pieces


@dataclass(frozen=True, slots=True)
class ProposedMask:
    """A proposed mask, neither accepted nor refused yet.

    Attributes:
        mask: uint8 (height, width), 128 and above is garment.
        measurements: how far to trust it.
    """

    mask: UInt8Array
    measurements: Measurements


def sigmoid(logits: Float32Array) -> Float32Array:
    """Return the probabilities of logits."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)


def _measure_unsure_share(probability: Float32Array) -> float:
    garment = int((probability > 0.5).sum())
    unsure = int(((probability > 1 - SURE_PROBABILITY) & (probability < SURE_PROBABILITY)).sum())
    return unsure / garment if garment else 1.0


def _count_pieces(mask: BoolArray) -> int:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    return int((stats[1:, cv2.CC_STAT_AREA] > SPECK_SHARE * mask.sum()).sum())


def _resize_mask(mask: BoolArray, shape: tuple[int, ...]) -> BoolArray:
    size = shape[1], shape[0]
    return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5)


def _measure_grabcut_iou(picture: UInt8Array, probability: Float32Array) -> float:
    found = segment_by_grabcut(picture, probability)
    return 0.0 if found is None else mask_iou(_resize_mask(probability > 0.5, found.shape), found)


def label_photo(
    picture: UInt8Array, prediction: Prediction | None, teacher: UInt8Array | None
) -> ProposedMask:
    """Label one photo.

    With both a network and a teacher, the teacher's mask is cleaned. A network's mask alone is
    snapped to the edges in the picture. A teacher's mask alone is measured as it is.

    Args:
        picture: uint8 (height, width, 3), RGB.
        prediction: the network's prediction, or None.
        teacher: the teacher's mask, uint8 (height, width), or None.

    Raises:
        ValueError: both are None.
    """
    if teacher is None:
        if prediction is None:
            raise ValueError("neither a network nor a teacher proposes")
        return _label_by_network(picture, prediction)
    if prediction is None:
        probability = teacher.astype(np.float32) / 255
        return ProposedMask(
            teacher, _measure(teacher, probability, _measure_grabcut_iou(picture, probability))
        )
    return _label_by_both(picture, prediction, teacher)


def _label_by_network(picture: UInt8Array, prediction: Prediction) -> ProposedMask:
    probability = sigmoid(prediction.logits)
    mask = snap_to_edges(picture, prediction.logits)
    measured = _measure(mask, probability, _measure_grabcut_iou(picture, probability))
    return ProposedMask(mask, replace(measured, views_iou=prediction.views_iou))


def _label_by_both(
    picture: UInt8Array, prediction: Prediction, teacher: UInt8Array
) -> ProposedMask:
    cleaned = clean_mask(picture, teacher, sigmoid(prediction.logits))
    measured = _measure(cleaned.mask, teacher.astype(np.float32) / 255, cleaned.grabcut_iou)
    measured = replace(
        measured,
        views_iou=prediction.views_iou,
        teacher_iou=mask_iou(cleaned.mask >= 128, prediction.logits > 0),
        changed_share=cleaned.changed_share,
    )
    return ProposedMask(cleaned.mask, measured)


def _measure(mask: UInt8Array, proposed: Float32Array, grabcut_iou: float) -> Measurements:
    garment = mask >= 128
    return Measurements(
        area_share=float(garment.mean()),
        pieces=_count_pieces(garment),
        unsure_share=_measure_unsure_share(proposed),
        grabcut_iou=grabcut_iou,
    )
