"""Groups of pictures that must share a split: one garment, one sender or one scene."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from train.datasets.csv_rows import read_rows
from train.datasets.faults import Faults
from train.datasets.names import fold, make_printable
from train.datasets.photograph import SUFFIXES
from train.errors import UsageError

DEFAULT_KIND = "garment"  # of pictures that are in no table

# Roboflow exports several augmented versions of one photo as NAME.rf.HASH.jpg.
_ROBOFLOW_VERSION = re.compile(r"\.rf\.[0-9A-Za-z]+$")


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file with the group and the kind of each picture.

    Attributes:
        path: the CSV file, with a header.
        stem_column: name of the column with the picture's stem.
        group_column: name of the column with its group.
        kind_column: name of the column with what it shows.
    """

    path: Path
    stem_column: str
    group_column: str
    kind_column: str

    def read(self) -> dict[str, tuple[str, str]]:
        """Read the table as stem -> (group, kind). Picture suffixes of the stems are ignored.

        Raises:
            UsageError: the file is missing, no CSV in UTF-8, or lacks a column.
        """
        if not self.path.is_file():
            raise UsageError(f"table {self.path} does not exist: name a CSV file")
        try:
            rows = read_rows(self.path)
        except ValueError as error:
            raise UsageError(f"table {self.path} is not a CSV in UTF-8: {error}") from error
        columns = (self.stem_column, self.group_column, self.kind_column)
        for column in columns:
            if not rows or column not in rows[0]:
                found = ", ".join(rows[0]) if rows else "nothing"
                raise UsageError(f"table {self.path} has no column {column!r}: it has {found}")
        by_stem = {}
        for row in rows:
            name = Path(make_printable(row[self.stem_column]))
            stem = name.stem if name.suffix.lower() in SUFFIXES else name.name
            by_stem[stem] = (row[self.group_column], row[self.kind_column])
        return by_stem


class Groups:
    """Finds the group and the kind of a picture, by a table or by a pattern in its name.

    A picture that neither names is a group of its own.
    """

    def __init__(
        self, faults: Faults, table: Table | None = None, pattern: str | None = None
    ) -> None:
        """Read the table and compile the pattern.

        Args:
            faults: list to note the pictures in that the table lacks.
            table: groups and kinds by stem; comes before the pattern.
            pattern: regular expression whose match in a stem (or its first parenthesis) is the
                group.

        Raises:
            UsageError: the table cannot be read, or the pattern is no regular expression.
        """
        self._faults = faults
        self._table = table
        self._by_stem = table.read() if table else {}
        self._by_folded = {fold(stem): row for stem, row in self._by_stem.items()}
        try:
            self._pattern = re.compile(pattern) if pattern else None
        except re.error as error:
            raise UsageError(
                f"--group-by {pattern!r} is no regular expression ({error}): "
                "use one such as '^[^_]+'"
            ) from error

    def look_up(self, stem: str) -> tuple[str, str]:
        """Return (group, kind) of the picture with this stem."""
        plain = _ROBOFLOW_VERSION.sub("", stem)
        for name in (stem, plain, stem.rpartition("__")[2], plain.rpartition("__")[2]):
            if name in self._by_stem:
                return self._by_stem[name]
            if fold(name) in self._by_folded:
                return self._by_folded[fold(name)]
        if self._table:
            fix = "it is a group of its own unless --group-by finds one: add a row"
            fault = f"does not name {stem}"
            self._faults.add(self._table.path, fault, fix, harmful=False)
        found = self._pattern.search(stem) if self._pattern else None
        if found:
            return (found.group(1) if found.re.groups else found.group()) or stem, DEFAULT_KIND
        # A Roboflow export spreads the versions of one photo over its sub-folders.
        return plain if plain == stem else plain.rpartition("__")[2], DEFAULT_KIND
