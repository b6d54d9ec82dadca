"""Rows of a CSV file, as spreadsheets save them: with byte order mark, semicolons or tabs."""

from __future__ import annotations

import csv
import io
from pathlib import Path


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read the rows below the header; what a short row lacks is "".

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no CSV in UTF-8.
    """
    text = path.read_text("utf-8-sig")
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""), restval="", delimiter=separator)
        return [{str(name): str(value) for name, value in row.items()} for row in rows]
    except csv.Error as error:
        raise ValueError(str(error)) from error
