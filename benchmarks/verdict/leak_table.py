"""Share of leaks onto the wearer or the set that are reported, by the size of the leak."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from benchmarks.verdict.corrupted_shot import CLEAN
from benchmarks.verdict.precision_recall import MAY_LEAK, MUST_LEAK, VerdictOnShot, counts_for
from device.verdict.verdict import MANNEQUIN_LEAK

_BOUNDS = (0.0, 0.005, MAY_LEAK, MUST_LEAK, 0.1, 0.2, 1.01)


def write_leak_table(shots: Sequence[VerdictOnShot]) -> str:
    """Return a Markdown table of the shots that have a plate, by corruption and size of leak."""
    known = [each for each in shots if counts_for(each.shot, MANNEQUIN_LEAK)]
    if not known:
        return ""
    columns = [_format_span(low, high) for low, high in itertools.pairwise(_BOUNDS)]
    lines = [
        f"| after the bare set, by share of the mask off the garment | {' | '.join(columns)} |",
        "|---|" + "---|" * len(columns),
    ]
    for corruption in dict.fromkeys([CLEAN, *(each.shot.corruption for each in known)]):
        same = [each for each in known if each.shot.corruption == corruption]
        lines.append(f"| {corruption} | {' | '.join(_count_reported(same))} |")
    return "\n".join(lines) + "\n"


def _count_reported(shots: Sequence[VerdictOnShot]) -> list[str]:
    cells = []
    for low, high in itertools.pairwise(_BOUNDS):
        of = [each for each in shots if low <= each.shot.off_garment < high]
        reported = sum(each.reports(MANNEQUIN_LEAK) for each in of)
        cells.append(f"{reported} of {len(of)}" if of else "–")
    return cells


def _format_span(low: float, high: float) -> str:
    return f"from {low:.1%}" if high > 1 else f"{low:.1%} to {high:.1%}"
