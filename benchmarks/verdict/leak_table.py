"""How often a mask on the wearer or the set is told, by how much of it is there."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from benchmarks.verdict.corrupted_shot import UNSPOILED
from benchmarks.verdict.precision_recall import LEAKS, MUST_LEAK, VerdictOnShot, concerns
from device.verdict.verdict import MANNEQUIN_LEAK

_BOUNDS = (0.0, 0.005, LEAKS, MUST_LEAK, 0.1, 0.2, 1.01)


def leaks(shots: Sequence[VerdictOnShot]) -> str:
    """Of shots that came after the bare set, by what was done to them; Markdown."""
    known = [each for each in shots if concerns(each.trial, MANNEQUIN_LEAK)]
    if not known:
        return ""
    columns = [_span(low, high) for low, high in itertools.pairwise(_BOUNDS)]
    lines = [
        f"| after the bare set, by share of the mask off the garment | {' | '.join(columns)} |",
        "|---|" + "---|" * len(columns),
    ]
    for spoil in dict.fromkeys([UNSPOILED, *(each.trial.spoil for each in known)]):
        same = [each for each in known if each.trial.spoil == spoil]
        lines.append(f"| {spoil} | {' | '.join(_cells(same))} |")
    return "\n".join(lines) + "\n"


def _cells(shots: Sequence[VerdictOnShot]) -> list[str]:
    cells = []
    for low, high in itertools.pairwise(_BOUNDS):
        of = [each for each in shots if low <= each.trial.astray < high]
        told = sum(each.told(MANNEQUIN_LEAK) for each in of)
        cells.append(f"{told} of {len(of)}" if of else "–")
    return cells


def _span(low: float, high: float) -> str:
    return f"from {low:.1%}" if high > 1 else f"{low:.1%} to {high:.1%}"
