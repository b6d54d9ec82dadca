"""Verdicts of many pictures as a CSV table, for people and for `python -m train`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import fields

from device.contract.text import strip_unprintable
from device.verdict.measurements import Measurements
from device.verdict.verdict import Verdict

_PLACE = ("left_px", "top_px", "width_px", "height_px")
_NUMBERS = tuple(each.name for each in fields(Measurements) if each.name != "weakest")


def format_verdicts(verdicts: Iterable[tuple[str, Verdict]]) -> bytes:
    """Return a table with a line for each picture.

    Args:
        verdicts: the picture's file and its verdict.

    Returns:
        CSV in UTF-8: ``file``, ``verdict``, ``reasons`` with blanks between, the place where the
        mask is least certain as ``weakest_left_px`` and so on, and each measurement; what is not
        known is empty.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    places = [f"weakest_{name}" for name in _PLACE]
    table.writerow(["file", "verdict", "reasons", *places, *_NUMBERS])
    for file, verdict in verdicts:
        place = verdict.weakest or ("",) * len(_PLACE)
        numbers = (verdict.measurements.get(name) for name in _NUMBERS)
        shown = ["" if number is None else number for number in numbers]
        reasons = " ".join(verdict.reasons)
        table.writerow([strip_unprintable(file, 4096), verdict.state, reasons, *place, *shown])
    return text.getvalue().encode("utf-8", "replace")
