"""A report's charts: training curves, the spread of IoU, reliability, one model against another.

Each function returns SVG elements, none where there is nothing to draw.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from train.charts.chart import draw_chart
from train.charts.series import Point, Series
from train.evaluation.metrics import Score
from train.report.comparison import Comparison

MOST_POINTS = 200  # of a curve: more would only make the page heavy


def draw_curves(curves: Mapping[str, list[Series]]) -> list[str]:
    """Draw loss and validation garment IoU over the epochs."""
    titles = {"loss": "training loss", "garment_iou": "garment IoU, validation"}
    return [
        draw_chart(series, x_title="epoch", y_title=titles[name], whole_x=True)
        for name, series in curves.items()
    ]


def draw_spread(scores: Mapping[str, Score]) -> list[str]:
    """Draw how many pictures reach at most each garment IoU."""
    series = []
    for name, score in scores.items():
        ious = np.sort([picture.garment_iou for picture in score.with_garment])
        places = np.unique(np.linspace(0, len(ious) - 1, MOST_POINTS).round()).astype(int)
        if len(ious):
            points = tuple(Point(float(ious[at]), float((at + 1) / len(ious))) for at in places)
            series.append(Series(name, points, line=True))
    if not series:
        return []
    chart = draw_chart(
        series, x_title="garment IoU of a picture", y_title="share of pictures up to it"
    )
    return [chart]


def draw_reliability(scores: Mapping[str, Score]) -> list[str]:
    """Draw confidence against truth; on the diagonal a model is as sure as it is right."""
    series = []
    for name, score in scores.items():
        points = tuple(
            Point(row.confidence, row.garment_share, tip=f"{row.pixels} pixels")
            for row in score.calibration.table
            if row.confidence is not None and row.garment_share is not None
        )
        if points:
            series.append(Series(name, points, line=True))
    if not series:
        return []
    chart = draw_chart(
        series, x_title="confidence that it is garment", y_title="is garment", diagonal=True
    )
    return [chart]


def draw_comparison(comparisons: list[Comparison], *, ours: str, theirs: str) -> list[str]:
    """Draw each picture's garment IoU of one model against the other's; above is ours better."""
    series = [
        Series(
            each.dataset,
            tuple(
                Point(p.theirs.garment_iou, p.ours.garment_iou, tip=p.ours.stem)
                for p in each.pairings
            ),
        )
        for each in comparisons
        if each.pairings
    ]
    if not series:
        return []
    chart = draw_chart(
        series,
        x_title=f"garment IoU of {theirs}",
        y_title=f"garment IoU of {ours}",
        diagonal=True,
    )
    return [chart]
