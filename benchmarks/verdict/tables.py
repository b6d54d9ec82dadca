"""The verdict benchmark's figures, as Markdown and for programs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from benchmarks.verdict.bare_pairs import PAIRS
from benchmarks.verdict.corrupted_shot import UNSPOILED, CorruptedShot
from benchmarks.verdict.corruptions import SPOILS
from benchmarks.verdict.leak_table import leaks
from benchmarks.verdict.precision_recall import (
    FAIR_IOU,
    POOR_IOU,
    VerdictOnShot,
    applies,
    by_reason,
    concerns,
    curves,
    reason_of,
    strong,
)
from benchmarks.verdict.shot_sequences import CHANGES
from device.contract.text import format_count
from device.settings.verdict import VerdictSettings
from device.verdict.verdict import (
    BLURRED,
    EDGE_UNSURE,
    HOLES,
    ISLANDS,
    MANNEQUIN_LEAK,
    MOVED,
    OVER_EXPOSED,
    UNDER_EXPOSED,
    WHITE_BALANCE,
)

_MEASURED: dict[str, tuple[str, str, bool]] = {
    # Threshold: measurement, reason, whether more of it is worse.
    "blur_px": ("edge_width_px", BLURRED, True),
    "clipped_share": ("clipped_share", OVER_EXPOSED, True),
    "scene_clipped_share": ("scene_clipped_share", OVER_EXPOSED, True),
    "dark_level": ("bright_level", UNDER_EXPOSED, False),
    "white_drift": ("white_drift", WHITE_BALANCE, True),
    "motion_share": ("motion_share", MOVED, True),
    "faint_share": ("faint_share", EDGE_UNSURE, True),
    "bare_share": ("bare_share", MANNEQUIN_LEAK, True),
    "islands": ("islands", ISLANDS, True),
    "holes": ("holes", HOLES, True),
}


def tables(shots: Sequence[VerdictOnShot]) -> str:
    """The held-out half's figures as Markdown."""
    pictures = len({(each.trial.data, each.trial.stem) for each in shots})
    head = f"{format_count(pictures, 'picture')}, {format_count(len(shots), 'shot')}, held out\n"
    return "\n".join(
        (head, _unspoiled(shots), _curves(shots), _reasons(shots), _masks(shots), leaks(shots))
    )


def document(shots: Sequence[VerdictOnShot]) -> dict[str, object]:
    """The same for programs."""
    retakes = [each for each in shots if each.retake]
    return {
        "shots": len(shots),
        "retakes": len(retakes),
        "right_retakes": sum(each.rightly_retake for each in retakes),
        "reasons": {name: asdict(tally) for name, tally in by_reason(shots).items()},
        "curves": {name: [asdict(step) for step in row] for name, row in curves(shots).items()},
    }


def thresholds(trials: Sequence[CorruptedShot], settings: VerdictSettings) -> str:
    """What the half that may be looked at says of each threshold."""
    lines = [
        "\nHow unspoiled and strongly spoiled shots of the other half measure\n",
        "| threshold | now | unspoiled 90% | 95% | 98% | all | spoiled 2% | 10% | half |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, (measurement, reason, more) in _MEASURED.items():
        good = _values([each for each in trials if _good(each, reason)], measurement)
        bad = _values([each for each in trials if strong(each, reason)], measurement)
        sign = 1 if more else -1
        cells = [sign * float(np.quantile(sign * good, q)) for q in (0.9, 0.95, 0.98, 1)]
        cells += [sign * float(np.quantile(sign * bad, q)) for q in (0.02, 0.1, 0.5)]
        row = " | ".join(f"{cell:.3g}" for cell in cells)
        lines.append(f"| `{name}` | {getattr(settings, name):g} | {row} |")
    return "\n".join(lines) + "\n"


def _good(trial: CorruptedShot, reason: str) -> bool:
    if reason == MANNEQUIN_LEAK:
        return concerns(trial, reason) and not applies(trial, reason)
    same = [name for name, change in CHANGES.items() if change.reason == reason]
    return (
        trial.spoil in (same or [UNSPOILED])
        and not strong(trial, reason)
        and (not same or trial.strength == 0)
    )


def _values(trials: Sequence[CorruptedShot], measurement: str) -> npt.NDArray[np.float64]:
    values = [getattr(each.found, measurement) for each in trials]
    return np.array([value for value in values if value is not None] or [np.nan], dtype=float)


def _unspoiled(shots: Sequence[VerdictOnShot]) -> str:
    lines = [
        "| unspoiled | pictures | `ok` | `unsure` | `retake` | reasons given |",
        "|---|---|---|---|---|---|",
    ]
    good = [each for each in shots if each.trial.spoil == UNSPOILED]
    for data in dict.fromkeys(each.trial.data for each in good):
        of = [each for each in good if each.trial.data == data]
        states = [each.verdict.state for each in of]
        given = [reason for each in of for reason in each.verdict.reasons]
        reasons = ", ".join(f"{name} {given.count(name)}" for name in dict.fromkeys(given))
        counts = " | ".join(str(states.count(state)) for state in ("ok", "unsure", "retake"))
        lines.append(f"| {data} | {len(of)} | {counts} | {reasons} |")
    return "\n".join(lines) + "\n"


def _curves(shots: Sequence[VerdictOnShot]) -> str:
    lines = [
        "| spoiled | should say | share that says it (share that says `retake`) by strength |",
        "|---|---|---|",
    ]
    for spoil, steps in curves(shots).items():
        made = SPOILS.get(spoil) or CHANGES.get(spoil) or PAIRS.get(spoil)
        unit = "" if made is None else f" {made.unit}".rstrip()
        cells = [f"{step.strength:g}{unit}: {step.told:.2f} ({step.retake:.2f})" for step in steps]
        reasons = dict.fromkeys(reason_of(spoil, step.strength) for step in steps)
        said = ", ".join(f"`{reason}`" for reason in reasons if reason) or "nothing"
        lines.append(f"| {spoil} | {said} | {', '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _reasons(shots: Sequence[VerdictOnShot]) -> str:
    lines = [
        "| reason | told | precision | strong | recall | of unspoiled, wrongly |",
        "|---|---|---|---|---|---|",
    ]
    for reason, tally in by_reason(shots).items():
        precision, recall = _ratio(tally.right, tally.told), _ratio(tally.found, tally.strong)
        wrong = f"{tally.false} of {tally.unspoiled}"
        lines.append(
            f"| `{reason}` | {tally.told} | {precision} | {tally.strong} | {recall} | {wrong} |"
        )
    retakes = [each for each in shots if each.retake]
    right = sum(each.rightly_retake for each in retakes)
    good = [each for each in retakes if each.trial.spoil == UNSPOILED]
    lines.append(
        f"| state `retake` | {len(retakes)} | {_ratio(right, len(retakes))} | | | {len(good)} |"
    )
    return "\n".join(lines) + "\n"


def _masks(shots: Sequence[VerdictOnShot]) -> str:
    bounds = (0.0, 0.6, POOR_IOU, 0.9, FAIR_IOU, 1.01)
    lines = [
        "| masks that overlap the truth by | shots | `edge-unsure` | not `ok` |",
        "|---|---|---|---|",
    ]
    own = [each for each in shots if each.trial.spoil not in PAIRS]
    for low, high in itertools.pairwise(bounds):
        of = [each for each in own if low <= each.trial.iou < high]
        told = sum(each.told(EDGE_UNSURE) for each in of)
        doubted = sum(each.verdict.state != "ok" for each in of)
        name = f"{low:g} to {high:g}" if high <= 1 else f"{low:g} and more"
        lines.append(
            f"| {name} | {len(of)} | {_ratio(told, len(of))} | {_ratio(doubted, len(of))} |"
        )
    return "\n".join(lines) + "\n"


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "none"
