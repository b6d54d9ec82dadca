"""What must not be split apart: the same garment, the same sender, the same scene."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from train.datasets.faults import Faults
from train.datasets.photograph import SUFFIXES
from train.errors import UsageError

KIND = "garment"  # of pictures that no table names

# Roboflow exports several augmented versions of one photo as NAME.rf.HASH.jpg.
_ROBOFLOW_VERSION = re.compile(r"\.rf\.[0-9A-Za-z]+$")


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV beside the pictures that says who sent them and what they show.

    Attributes:
        path: the CSV file, with a header.
        stem_column: column that holds the picture's stem.
        group_column: column that names what must stay in one split.
        kind_column: column that names what the picture shows.
    """

    path: Path
    stem_column: str
    group_column: str
    kind_column: str

    def read(self) -> dict[str, tuple[str, str]]:
        """Return (group, kind) by stem; a picture's suffix in the table is passed over."""
        if not self.path.is_file():
            raise UsageError(f"table {self.path} does not exist: name a CSV file")
        try:
            with self.path.open(newline="", encoding="utf-8-sig") as file:
                rows = list(csv.DictReader(file, restval=""))
        except (csv.Error, UnicodeDecodeError) as error:
            raise UsageError(f"table {self.path} is not a CSV in UTF-8: {error}") from error
        wanted = (self.stem_column, self.group_column, self.kind_column)
        for column in wanted:
            if not rows or column not in rows[0]:
                have = ", ".join(rows[0]) if rows else "nothing"
                raise UsageError(f"table {self.path} has no column {column!r}: it has {have}")
        known = {}
        for row in rows:
            name = Path(row[wanted[0]])
            stem = name.stem if name.suffix.lower() in SUFFIXES else name.name
            known[stem] = (row[wanted[1]], row[wanted[2]])
        return known


class Groups:
    """Group and kind of each picture, from a table, from its name, or its own."""

    def __init__(
        self, faults: Faults, table: Table | None = None, pattern: str | None = None
    ) -> None:
        """Prepare.

        Args:
            faults: pictures that the table does not name are noted here.
            table: groups and kinds by stem; wins over the pattern.
            pattern: regular expression; what it finds in a stem (its first parenthesis, if it
                has one) is the group.

        Raises:
            UsageError: the table cannot be read, or the pattern is no regular expression.
        """
        self._faults = faults
        self._table = table
        self._known = table.read() if table else {}
        try:
            self._pattern = re.compile(pattern) if pattern else None
        except re.error as error:
            raise UsageError(
                f"--group-by {pattern!r} is no regular expression ({error}): "
                "use one such as '^[^_]+'"
            ) from error

    def of(self, stem: str) -> tuple[str, str]:
        """Return (group, kind) of a picture."""
        plain = _ROBOFLOW_VERSION.sub("", stem)
        for name in (stem, plain, stem.rpartition("__")[2], plain.rpartition("__")[2]):
            if name in self._known:
                return self._known[name]
        if self._table:
            mend = "it is a group of its own unless --group-by finds one: add a row"
            fault = f"does not name {stem}"
            self._faults.add(self._table.path, fault, mend, hurts=False)
        found = self._pattern.search(stem) if self._pattern else None
        if found:
            return (found.group(1) if found.re.groups else found.group()) or stem, KIND
        # The versions of one photo lie in different sub-folders of a Roboflow export.
        return plain if plain == stem else plain.rpartition("__")[2], KIND
