"""Limits within which a proposed mask is accepted."""

from __future__ import annotations

from train.pseudolabel.acceptance import Limits, Measurements, find_refusal


def test_find_refusal_gives_the_most_visible_reason() -> None:
    """A mask that exceeds several limits is refused for the one that a person sees first."""
    good = Measurements(
        area_share=0.3, pieces=1, unsure_share=0.2, grabcut_iou=0.95, views_iou=0.97
    )
    assert find_refusal(good, Limits()) is None
    bad = Measurements(area_share=0.001, pieces=99, unsure_share=9.0, grabcut_iou=0.1)
    assert find_refusal(bad, Limits()) == "next to nothing found"
