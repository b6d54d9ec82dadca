"""Measurements of a proposed mask, and the limits within which it may be trained on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurements:
    """Measurements of one proposed mask.

    Attributes:
        area_share: share of the picture that the mask covers.
        pieces: number of connected components, without specks.
        unsure_share: pixels between probability 0.1 and 0.9, as a share of the mask's pixels.
        grabcut_iou: IoU of the proposal with GrabCut's mask.
        views_iou: lowest IoU of one view of the network with the mean of its views; None
            without a network.
        teacher_iou: IoU of the teacher's mask with the network's; None without both.
        changed_share: pixels that cleaning removed or added, as a share of the teacher's mask;
            None without both.
    """

    area_share: float
    pieces: int
    unsure_share: float
    grabcut_iou: float
    views_iou: float | None = None
    teacher_iou: float | None = None
    changed_share: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits beyond which a mask is refused; see `Measurements`."""

    min_area_share: float = 0.03
    max_area_share: float = 0.9
    max_pieces: int = 8
    max_unsure_share: float = 0.6
    min_grabcut_iou: float = 0.8
    min_views_iou: float = 0.92
    min_teacher_iou: float = 0.88
    max_changed_share: float = 0.25


def find_refusal(measured: Measurements, limits: Limits) -> str | None:
    """Return the reason to refuse a mask, or None to accept it.

    If several limits are exceeded, the reason is the one that a person sees most easily.
    """
    views_iou = 1.0 if measured.views_iou is None else measured.views_iou
    teacher_iou = 1.0 if measured.teacher_iou is None else measured.teacher_iou
    changed_share = measured.changed_share or 0.0
    reasons = {
        "next to nothing found": measured.area_share < limits.min_area_share,
        "nearly everything found": measured.area_share > limits.max_area_share,
        "the proposal is unsure": measured.unsure_share > limits.max_unsure_share,
        "the model's sizes disagree": views_iou < limits.min_views_iou,
        "model and teacher disagree": teacher_iou < limits.min_teacher_iou,
        "GrabCut disagrees": measured.grabcut_iou < limits.min_grabcut_iou,
        "too many pieces": measured.pieces > limits.max_pieces,
        "cleaning would change too much": changed_share > limits.max_changed_share,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
