"""Where the measurements of clean and of corrupted shots lie, to choose thresholds by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.markdown.page import format_table
from benchmarks.verdict.corrupted_shot import CLEAN, CorruptedShot
from benchmarks.verdict.precision_recall import counts_for, is_true, must_report
from benchmarks.verdict.shot_sequences import CHANGES
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


def write_thresholds(shots: Sequence[CorruptedShot], settings: VerdictSettings) -> str:
    """Return a Markdown table: for each threshold, quantiles of clean and of severe shots."""
    rows = []
    for name, (measurement, reason, more) in _MEASURED.items():
        good = _list_values([each for each in shots if _is_good(each, reason)], measurement)
        bad = _list_values([each for each in shots if must_report(each, reason)], measurement)
        sign = 1 if more else -1
        cells = [sign * float(np.quantile(sign * good, q)) for q in (0.9, 0.95, 0.98, 1)]
        cells += [sign * float(np.quantile(sign * bad, q)) for q in (0.02, 0.1, 0.5)]
        rows.append(
            [f"`{name}`", f"{getattr(settings, name):g}", *(f"{cell:.3g}" for cell in cells)]
        )
    head = ["threshold", "now", *("clean 90%", "95%", "98%", "all"), *("severe 2%", "10%", "half")]
    title = "\nMeasurements of clean and of severely corrupted shots of the tuned half\n"
    return f"{title}\n{format_table(head, rows)}\n"


def _is_good(shot: CorruptedShot, reason: str) -> bool:
    if reason == MANNEQUIN_LEAK:
        return counts_for(shot, reason) and not is_true(shot, reason)
    same = [name for name, change in CHANGES.items() if change.reason == reason]
    return (
        shot.corruption in (same or [CLEAN])
        and not must_report(shot, reason)
        and (not same or shot.severity == 0)
    )


def _list_values(shots: Sequence[CorruptedShot], measurement: str) -> npt.NDArray[np.float64]:
    values = [getattr(each.measurements, measurement) for each in shots]
    return np.array([value for value in values if value is not None] or [np.nan], dtype=float)
