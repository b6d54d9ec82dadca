"""Reads the tables of measurements that charts are drawn of."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from train.errors import UsageError


def read_table(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Read a CSV table: its columns and its rows.

    Raises:
        UsageError: it is missing, no text, has no rows, or rows of another length.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            rows = list(reader)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a CSV table in UTF-8: {error}") from error
    columns = list(reader.fieldnames or ())
    if not rows:
        raise UsageError(f"{path} has no row below its header: fill it first")
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise UsageError(f"{path} row {number} has not the header's {len(columns)} columns")
    return columns, rows


def read_number(path: Path, row: int, column: str, text: str) -> float:
    """Read a finite number.

    Raises:
        UsageError: it is none; the sentence names file, row and column.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"{path} row {row} has {column} = {text!r}, which is no number")
    return value
