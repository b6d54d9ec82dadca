"""What stands on a report's page, in its order."""

from __future__ import annotations

from dataclasses import dataclass

from train.charts.markup import escaped
from train.charts.series import Series
from train.datasets.dataset import Dataset
from train.evaluation.evaluate import Masker, mean_garment_iou
from train.evaluation.metrics import Score
from train.evaluation.subject import Subject
from train.report.charts import comparison_chart, curve_charts, reliability_chart, spread_chart
from train.report.comparison import Comparison, biggest_changes, compare_models
from train.report.gallery import Gallery, worst
from train.report.page import Page
from train.report.tables import (
    calibration_table,
    comparison_table,
    html_table,
    kinds_table,
    sets_table,
)

WORST = 24
CHANGES = 12
DRIFT = 0.002  # of garment IoU: more is no rounding


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a report is made of.

    Attributes:
        models: the reported one and, if any, the one that it is compared with.
        maskers: theirs, in the same order.
        scores: theirs, in the same order.
        datasets: what they were judged on.
        split: which part of them.
        limit: at most so many pictures of each, or None for all.
        curves: the training curves, by what they show.
        recorded: each set's garment IoU as written down after training.
        warnings: why figures may flatter.
    """

    models: list[Subject]
    maskers: list[Masker]
    scores: list[dict[str, Score]]
    datasets: list[Dataset]
    split: str
    limit: int | None
    curves: dict[str, list[Series]]
    recorded: dict[str, float]
    warnings: list[str]


def compose(findings: Findings) -> str:
    """Write the page."""
    judged, scores = findings.models[0], findings.scores[0]
    page = Page(f"{judged.name}: garment IoU {mean_garment_iou(scores):.3f}")
    _opening(page, findings)
    _figures(page, findings)
    if findings.curves:
        page.section("Training")
        page.charts(*curve_charts(findings.curves))
    chosen = worst(scores, WORST)
    duels = compare_models(scores, findings.scores[1]) if len(findings.models) > 1 else []
    changes = biggest_changes(duels, CHANGES)
    gallery = Gallery(findings.datasets, len(chosen) + 2 * len(changes))
    if len(findings.models) > 1:
        _comparison(page, findings, duels)
        if changes:
            page.section(f"The {len(changes)} biggest changes")
            page.text(f"{_names(findings)[0]} is on the left, {_names(findings)[1]} on the right.")
            ours, theirs = findings.maskers
            page.gallery([gallery.change(p, (ours, theirs)) for p in changes], pairs=True)
    page.section(f"The {len(chosen)} worst pictures")
    page.gallery([gallery.faults(place, findings.maskers[0]) for place in chosen])
    gallery.close()
    return page.html()


def _names(findings: Findings) -> list[str]:
    """Short names of the models, told apart where folders are named alike."""
    names = [model.name for model in findings.models]
    return [model.id for model in findings.models] if len(set(names)) < len(names) else names


def _opening(page: Page, findings: Findings) -> None:
    pictures = "all pictures" if findings.limit is None else f"at most {findings.limit} pictures"
    page.text(
        f"Judged on {pictures} of the split {findings.split} of "
        f"{', '.join(findings.scores[0])}, at the pictures' own resolution. The headline is the "
        "mean of the sets' pooled garment IoU.",
        soft=True,
    )
    for name, scores in zip(_names(findings), findings.scores, strict=True):
        for dataset, score in scores.items():
            if score.failing:
                page.alarm(f"{name} on {dataset}: {score.failing}.")
    for warning in findings.warnings:
        page.alarm(f"{warning}.")
    if findings.limit is None and findings.split == "val":
        for dataset, before in findings.recorded.items():
            now = findings.scores[0].get(dataset)
            if now and abs(now.garment_iou - before) > DRIFT:
                page.alarm(
                    f"{dataset} has garment IoU {now.garment_iou:.4f} today and had {before:.4f} "
                    "when the run was trained: the data set or the program has changed since."
                )
    for model in findings.models:
        page.facts(_facts(model))


def _facts(model: Subject) -> list[tuple[str, str]]:
    facts = [(f"{model.sort} {model.name}", model.id)]
    if model.bundle is not None:
        height_px, width_px = model.bundle.input_size
        size = model.bundle.model.stat().st_size
        facts += [
            ("input", f"{width_px}×{height_px} {model.bundle.input_dtype}"),
            ("model file", f"{size / 1e6:.2f} MB"),
        ]
    if model.run is not None:
        manifest, architecture = model.run.read_manifest(), model.run.architecture()
        facts += [
            ("input", f"{architecture.input_width_px}×{architecture.input_height_px}"),
            ("created", str(manifest.get("created", "unknown"))),
            ("command", str(manifest.get("command", "unknown"))),
        ]
    return facts


def _figures(page: Page, findings: Findings) -> None:
    scores = findings.scores[0]
    page.section("Figures", sets_table(dict(zip(_names(findings), findings.scores, strict=True))))
    page.text(
        "p5 to mean and below 0.5 are of the pictures' own IoU, where there is a garment; a "
        "picture without one counts in the pooled figures. False positive: share of what was "
        "called garment and is none. False negative: share of the garment that was missed. Leak: "
        "share of what was called garment that lies on skin, hair or mannequin; unknown where no "
        "mask of those exists.",
        soft=True,
    )
    page.section("Each kind of picture", kinds_table(scores))
    page.section("Spread and confidence")
    page.charts(*filter(None, (spread_chart(scores), reliability_chart(scores))))
    page.parts.append(calibration_table(scores))


def _comparison(page: Page, findings: Findings, duels: list[Comparison]) -> None:
    ours, theirs = _names(findings)
    page.section(f"{ours} against {theirs}", comparison_table(duels))
    page.text(
        "A picture is won or lost by 0.005 of its garment IoU or more. The interval is a paired "
        "bootstrap over the pictures.",
        soft=True,
    )
    chart = comparison_chart(duels, ours=ours, theirs=theirs)
    if chart:
        page.charts(chart)
    for duel in duels:
        pairings = sorted(duel.pairings, key=lambda pairing: -pairing.gain)
        rows = [
            (
                pairing.ours.stem,
                pairing.ours.kind,
                f"{pairing.ours.garment_iou:.3f}",
                f"{pairing.theirs.garment_iou:.3f}",
                f"{pairing.gain:+.3f}",
            )
            for pairing in pairings
        ]
        head = ("picture", "kind", ours, theirs, "gained")
        listing = html_table(head, rows, named_by_two=True)
        page.parts.append(
            f"<details><summary>{escaped(duel.dataset)}: all {len(rows)} pictures, one by one"
            f"</summary>{listing}</details>"
        )
