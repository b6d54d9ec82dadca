"""What stands on a report's page: from scores to the contents of its template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from train.charts.series import Series
from train.datasets.dataset import Dataset
from train.evaluation.evaluate import Masker, average_garment_iou
from train.evaluation.metrics import Score
from train.evaluation.subject import Subject
from train.report.charts import draw_comparison, draw_curves, draw_reliability, draw_spread
from train.report.comparison import TIE, Comparison, compare_models, pick_biggest_changes
from train.report.gallery import Gallery, pick_worst
from train.report.page import render_page
from train.report.tables import (
    tabulate_comparisons,
    tabulate_kinds,
    tabulate_pictures,
    tabulate_reliability,
    tabulate_sets,
)

# Six rows of four on a wide screen: who has seen these knows the kinds of faults.
MOST_WORST = 24
# Each is drawn twice, once for either model.
MOST_CHANGES = 12
# Of garment IoU: more than this between two evaluations of the same weights is no rounding.
_MOST_DRIFT = 0.002


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A run or bundle with its masks and what they are worth, by data set."""

    model: Subject
    masker: Masker
    scores: dict[str, Score]


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a report is made of.

    Attributes:
        ours: the reported model.
        theirs: the one that it is compared with, if any.
        datasets: what they were evaluated on.
        split: which part of them.
        limit: at most so many pictures of each, or None for all.
        curves: the training curves, by what they show.
        final_ious: each set's garment IoU as written down after training.
        warnings: why figures may flatter.
    """

    ours: Evaluated
    theirs: Evaluated | None
    datasets: list[Dataset]
    split: str
    limit: int | None
    curves: Mapping[str, list[Series]]
    final_ious: Mapping[str, float]
    warnings: list[str]

    @property
    def named(self) -> list[tuple[str, Evaluated]]:
        """The models by short name, or by id where two folders have the same name."""
        both = [self.ours] if self.theirs is None else [self.ours, self.theirs]
        names = [each.model.name for each in both]
        if len(set(names)) < len(names):
            names = [each.model.id for each in both]
        return list(zip(names, both, strict=True))


def render_report(findings: Findings) -> str:
    """Write the page, as HTML."""
    ours, scores = findings.ours, findings.ours.scores
    compared = [] if findings.theirs is None else compare_models(scores, findings.theirs.scores)
    worst = pick_worst(scores, MOST_WORST)
    changes = pick_biggest_changes(compared, MOST_CHANGES)
    comparison = None if findings.theirs is None else _describe_comparison(findings, compared)
    with Gallery(findings.datasets, len(worst) + 2 * len(changes)) as gallery:
        if comparison is not None and findings.theirs is not None:
            maskers = ours.masker, findings.theirs.masker
            comparison["changes"] = [gallery.paint_change(change, *maskers) for change in changes]
        faults = [gallery.paint_faults(found, ours.masker) for found in worst]
    return render_page(
        {
            "title": f"{ours.model.name}: garment IoU {average_garment_iou(scores):.3f}",
            **_describe_evaluation(findings),
            "figures": tabulate_sets([(name, each.scores) for name, each in findings.named]),
            "kinds": tabulate_kinds(scores),
            "spread_charts": [*draw_spread(scores), *draw_reliability(scores)],
            "reliability": tabulate_reliability(scores),
            "curves": draw_curves(findings.curves),
            "comparison": comparison,
            "faults": faults,
        }
    )


def _describe_evaluation(findings: Findings) -> dict[str, Any]:
    """Say what was evaluated on what, and why figures may not hold."""
    limit = findings.limit
    return {
        "pictures": "all pictures" if limit is None else f"at most {limit} pictures",
        "split": findings.split,
        "sets": list(findings.ours.scores),
        "warnings": [*_list_failures(findings), *findings.warnings, *_list_drift(findings)],
        "models": [_list_facts(each.model) for _, each in findings.named],
    }


def _list_failures(findings: Findings) -> list[str]:
    return [
        f"{name} on {dataset}: {score.failure}"
        for name, each in findings.named
        for dataset, score in each.scores.items()
        if score.failure
    ]


def _list_drift(findings: Findings) -> list[str]:
    """Name sets whose IoU is not the one that was written down after training."""
    if findings.limit is not None or findings.split != "val":
        return []
    return [
        f"{dataset} has garment IoU {now.garment_iou:.4f} today and had {before:.4f} when the run "
        "was trained: the data set or the program has changed since"
        for dataset, before in findings.final_ious.items()
        if (now := findings.ours.scores.get(dataset))
        and abs(now.garment_iou - before) > _MOST_DRIFT
    ]


def _list_facts(model: Subject) -> list[tuple[str, str]]:
    facts = [(f"{model.kind} {model.name}", model.id)]
    if model.bundle is not None:
        height_px, width_px = model.bundle.input_size
        size_bytes = model.bundle.model.stat().st_size
        facts += [
            ("input", f"{width_px}×{height_px} {model.bundle.input.dtype}"),
            ("model file", f"{size_bytes / 1e6:.2f} MB"),
        ]
    if model.run is not None:
        manifest, architecture = model.run.read_manifest(), model.run.read_architecture()
        facts += [
            ("input", f"{architecture.input_width_px}×{architecture.input_height_px}"),
            ("created", str(manifest.get("created", "unknown"))),
            ("command", str(manifest.get("command", "unknown"))),
        ]
    return facts


def _describe_comparison(findings: Findings, compared: list[Comparison]) -> dict[str, Any]:
    ours, theirs = (name for name, _ in findings.named)
    return {
        "ours": ours,
        "theirs": theirs,
        "summary": tabulate_comparisons(compared),
        "tie": TIE,
        "charts": draw_comparison(compared, ours=ours, theirs=theirs),
        "each_picture": {
            each.dataset: tabulate_pictures(each, ours=ours, theirs=theirs) for each in compared
        },
    }
