"""What was measured of a proposed mask, and whether that is enough to train on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of one proposed mask.

    Attributes:
        area_share: of the picture that the mask covers.
        pieces: parts of the mask that are not connected, specks left out.
        unsure_share: pixels between probability 0.1 and 0.9, as a share of the mask's own.
        grabcut_iou: IoU of the proposal with GrabCut's opinion.
        views_iou: least IoU of one view of the network with the mean of its views; None
            without a network.
        teacher_iou: IoU of the teacher's mask with the network's; None without both.
        changed_share: how much of the teacher's mask was cut off or added to it; None without
            both.
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
    """Where a mask is refused; see `Figures`."""

    min_area_share: float = 0.03
    max_area_share: float = 0.9
    max_pieces: int = 8
    max_unsure_share: float = 0.6
    min_grabcut_iou: float = 0.8
    min_views_iou: float = 0.92
    min_teacher_iou: float = 0.88
    max_changed_share: float = 0.25


def find_refusal(figures: Figures, limits: Limits) -> str | None:
    """Return why a mask is set aside, in a few words that are the same for all such, or None.

    Of several reasons it is the first, from the plainest to the subtlest.
    """
    views_iou = 1.0 if figures.views_iou is None else figures.views_iou
    teacher_iou = 1.0 if figures.teacher_iou is None else figures.teacher_iou
    changed_share = figures.changed_share or 0.0
    reasons = {
        "next to nothing found": figures.area_share < limits.min_area_share,
        "nearly everything found": figures.area_share > limits.max_area_share,
        "the proposal is unsure": figures.unsure_share > limits.max_unsure_share,
        "the model's sizes disagree": views_iou < limits.min_views_iou,
        "model and teacher disagree": teacher_iou < limits.min_teacher_iou,
        "GrabCut disagrees": figures.grabcut_iou < limits.min_grabcut_iou,
        "too many pieces": figures.pieces > limits.max_pieces,
        "cleaning would change too much": changed_share > limits.max_changed_share,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
