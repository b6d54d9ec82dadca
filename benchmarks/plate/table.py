"""What the plate took away and what it cost, by data set and case."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from benchmarks.markdown.page import format_table
from benchmarks.plate.sessions import Session

_HEAD = (
    *("set", "light, or what was on the plate", "pictures", "compared"),
    *(
        "leak",
        "with the plate",
        "garment lost",
        "worst",
        "IoU",
        "with the plate",
        "masks unchanged",
    ),
)


def write_table(sessions: Sequence[Session]) -> str:
    """Return a Markdown table with a row for each case of each data set."""
    rows: dict[tuple[str, str], list[Session]] = {}
    for each in sessions:
        rows.setdefault((each.data, each.case), []).append(each)
    return format_table(_HEAD, map(_write_row, rows.values()))


def _write_row(sessions: Sequence[Session]) -> list[str]:
    count = len(sessions)
    return [
        sessions[0].data,
        sessions[0].case,
        str(count),
        str(sum(each.compared for each in sessions)),
        f"{fmean(each.leak_before for each in sessions):.4f}",
        f"{fmean(each.leak_after for each in sessions):.4f}",
        f"{fmean(each.lost for each in sessions):.4f}",
        f"{max(each.lost for each in sessions):.4f}",
        f"{fmean(each.iou_before for each in sessions):.4f}",
        f"{fmean(each.iou_after for each in sessions):.4f}",
        f"{sum(each.unchanged for each in sessions)} of {count}",
    ]
