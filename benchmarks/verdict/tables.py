"""Figures of the verdict benchmark, as Markdown tables and for programs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.markdown.page import format_table
from benchmarks.verdict.bare_pairs import PAIRS
from benchmarks.verdict.corrupted_shot import CLEAN
from benchmarks.verdict.corruptions import CORRUPTIONS
from benchmarks.verdict.leak_table import write_leak_table
from benchmarks.verdict.precision_recall import (
    DOUBTS,
    FAIR_IOU,
    POOR_IOU,
    VerdictOnShot,
    find_reason,
    score_reasons,
    score_severities,
)
from benchmarks.verdict.shot_sequences import CHANGES
from device.contract.text import format_count
from device.verdict.verdict import EDGE_UNSURE


def write_tables(shots: Sequence[VerdictOnShot]) -> str:
    """Return all figures of some shots as Markdown."""
    return "\n".join(
        (
            f"{count_shots(shots)}\n",
            _write_clean(shots),
            _write_severities(shots),
            f"{write_reasons(shots)}\n",
            _write_masks(shots),
            write_leak_table(shots),
        )
    )


def count_shots(shots: Sequence[VerdictOnShot]) -> str:
    """Return a phrase: how many pictures and how many shots of them."""
    pictures = len({(each.shot.data, each.shot.stem) for each in shots})
    return f"{format_count(pictures, 'picture')}, {format_count(len(shots), 'shot')}"


def list_figures(shots: Sequence[VerdictOnShot]) -> dict[str, object]:
    """Return the same for programs."""
    retakes = [each for each in shots if each.retake]
    severities = score_severities(shots)
    return {
        "shots": len(shots),
        "retakes": len(retakes),
        "correct_retakes": sum(each.rightly_retake for each in retakes),
        "reasons": {name: asdict(score) for name, score in score_reasons(shots).items()},
        "severities": {name: [asdict(step) for step in row] for name, row in severities.items()},
    }


def write_reasons(shots: Sequence[VerdictOnShot]) -> str:
    """Return precision, recall and false alarms of every reason."""
    rows = []
    for reason, score in score_reasons(shots).items():
        precision = _format_ratio(score.correct, score.reported)
        recall = _format_ratio(score.recalled, score.required)
        alarms = f"{score.false_alarms} of {score.clean}"
        name = ", ".join(f"`{each}`" for each in (DOUBTS if reason in DOUBTS else (reason,)))
        rows.append([name, str(score.reported), precision, str(score.required), recall, alarms])
    retakes = [each for each in shots if each.retake]
    correct = sum(each.rightly_retake for each in retakes)
    clean = [each for each in shots if each.shot.corruption == CLEAN]
    alarms = f"{sum(each.retake for each in clean)} of {len(clean)}"
    precision = _format_ratio(correct, len(retakes))
    rows.append(["state `retake`", str(len(retakes)), precision, "", "", alarms])
    head = ["reason", "reported", "precision", "required", "recall", "false alarms, clean shots"]
    return format_table(head, rows)


def _write_clean(shots: Sequence[VerdictOnShot]) -> str:
    rows = []
    clean = [each for each in shots if each.shot.corruption == CLEAN]
    for data in dict.fromkeys(each.shot.data for each in clean):
        of = [each for each in clean if each.shot.data == data]
        states = [each.verdict.state for each in of]
        given = [reason for each in of for reason in each.verdict.reasons]
        reasons = ", ".join(f"{name} {given.count(name)}" for name in dict.fromkeys(given))
        counts = [str(states.count(state)) for state in ("ok", "unsure", "retake")]
        rows.append([data, str(len(of)), *counts, reasons])
    head = ["clean", "pictures", "`ok`", "`unsure`", "`retake`", "reasons reported"]
    return format_table(head, rows) + "\n"


def _write_severities(shots: Sequence[VerdictOnShot]) -> str:
    rows = []
    for corruption, steps in score_severities(shots).items():
        made = CORRUPTIONS.get(corruption) or CHANGES.get(corruption) or PAIRS.get(corruption)
        unit = "" if made is None else f" {made.unit}".rstrip()
        cells = [
            f"{step.severity:g}{unit}: {step.reported:.2f} ({step.retake:.2f})" for step in steps
        ]
        reasons = dict.fromkeys(find_reason(corruption, step.severity) for step in steps)
        expected = ", ".join(f"`{reason}`" for reason in reasons if reason) or "nothing"
        rows.append([corruption, expected, ", ".join(cells)])
    head = ["corruption", "expected", "share reported (share `retake`) by severity"]
    return format_table(head, rows) + "\n"


def _write_masks(shots: Sequence[VerdictOnShot]) -> str:
    bounds = (0.0, 0.6, POOR_IOU, 0.9, FAIR_IOU, 1.01)
    rows = []
    own = [each for each in shots if each.shot.corruption not in PAIRS]
    for low, high in itertools.pairwise(bounds):
        of = [each for each in own if low <= each.shot.iou < high]
        reported = _format_ratio(sum(each.reports(EDGE_UNSURE) for each in of), len(of))
        doubted = _format_ratio(sum(each.verdict.state != "ok" for each in of), len(of))
        span = f"{low:g} to {high:g}" if high <= 1 else f"{low:g} and more"
        rows.append([span, str(len(of)), reported, doubted])
    head = ["IoU of the mask", "shots", "`edge-unsure`, `mask-unsure`", "not `ok`"]
    return format_table(head, rows) + "\n"


def _format_ratio(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "none"
