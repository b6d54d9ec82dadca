"""A shot list as a CSV file: read with every fault named, written safe for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from device.contract.names import is_name
from device.contract.text import strip_unprintable
from device.errors import UsageError

LARGEST_BYTES = 4_000_000
MOST_ITEMS = 50_000
_COLUMNS = ("sku", "views", "name", "note")
_HEAD = "sku,views,name,note"
_LONGEST_TEXT = 200
_MOST_FAULTS = 20
_VIEW_MARKS = re.compile(r"[\s,;/|+]+")
# What a spreadsheet takes for a formula, or for the end of a cell before one.
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


class ShotListError(UsageError):
    """The list cannot be used.

    Attributes:
        faults: one sentence each, with its line; the first twenty.
    """

    def __init__(self, faults: Sequence[str], count: int) -> None:
        self.faults = tuple(faults)
        more = f"; and {count - len(faults)} more" if count > len(faults) else ""
        super().__init__(f"the shot list cannot be used: {'; '.join(faults)}{more}")


@dataclass(frozen=True, slots=True)
class ListRow:
    """A garment that is to be shot.

    Attributes:
        sku: its number in the catalogue.
        views: those wanted, in order; none for one shot without a view.
        name: what people call it, if the list says so.
        note: for the photographer, if there is one.
    """

    sku: str
    views: tuple[str, ...] = ()
    name: str | None = None
    note: str | None = None


def read_table(data: bytes) -> tuple[ListRow, ...]:
    """Read a list: the columns ``sku``, ``views``, ``name`` and ``note``, named in the first line.

    Columns may stand in any order; only ``sku`` must be there. Commas or semicolons part the
    columns, whichever the first line has; blanks, commas, slashes, ``|`` or ``+`` part the views.

    Args:
        data: the file's bytes, UTF-8 with or without a byte order mark.

    Raises:
        ShotListError: it has faults; all of it is refused.
    """
    if len(data) > LARGEST_BYTES:
        raise ShotListError([f"it has more than {LARGEST_BYTES // 10**6} MB"], 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        fault = f"line {line}: it is not UTF-8: save the file as CSV UTF-8"
        raise ShotListError([fault], 1) from error
    head, _, _ = text.partition("\n")
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return _Reading(reader).rows


class _Reading:
    """One pass through a file, which gathers rows and faults."""

    def __init__(self, reader: Iterable[list[str]]) -> None:
        self.rows: tuple[ListRow, ...] = ()
        self._faults: list[str] = []
        self._count = 0
        self._lines: dict[str, int] = {}  # Of each SKU.
        self._items = 0
        self._columns: list[str] | None = None
        rows = [row for row in self._read_lines(reader) if row is not None]
        if self._columns is None and not self._count:
            self._note(1, "the file is empty: its first line names the columns, such as sku,views")
        if self._items > MOST_ITEMS:
            self._note(1, f"it asks for {self._items} shots, and a list has at most {MOST_ITEMS}")
        if self._count:
            raise ShotListError(self._faults, self._count)
        self.rows = tuple(rows)

    def _read_lines(self, reader: Iterable[list[str]]) -> Iterator[ListRow | None]:
        try:
            for raw in reader:
                cells = [cell.strip() for cell in raw]
                if not any(cells):
                    continue
                if self._columns is not None:
                    yield self._read_row(_line_of(reader), self._columns, cells)
                elif not self._read_head(_line_of(reader), cells):
                    return
        except csv.Error as error:
            self._note(_line_of(reader), f"it is no CSV ({error})")

    def _note(self, line: int, fault: str) -> None:
        self._count += 1
        if len(self._faults) < _MOST_FAULTS:
            self._faults.append(f"line {line}: {fault}")

    def _read_head(self, line: int, cells: list[str]) -> bool:
        columns = [cell.lower() for cell in cells]
        if "sku" not in columns:
            self._note(line, f"no column is called sku: begin with a line such as {_HEAD}")
            return False
        for name in {name for name in columns if name in _COLUMNS and columns.count(name) > 1}:
            self._note(line, f"two columns are called {name}")
        self._columns = columns
        return True

    def _read_row(self, line: int, columns: list[str], found: list[str]) -> ListRow | None:
        before = self._count
        cells = dict(zip(columns, found, strict=False))
        sku = cells.get("sku", "")
        shown = strip_unprintable(sku, 40)
        if not is_name(sku):
            wanted = "1 to 64 letters, digits or ._-"
            self._note(line, f'the SKU "{shown}" is not {wanted}' if sku else "it has no SKU")
        elif sku in self._lines:
            self._note(line, f"the SKU {shown} is on line {self._lines[sku]} already")
        if any(found[len(columns) :]):
            self._note(line, "it has more cells than the first line has columns")
        views = tuple(view for view in _VIEW_MARKS.split(cells.get("views", "")) if view)
        for view in views:
            if not is_name(view):
                shown_view = strip_unprintable(view, 40)
                self._note(line, f'the view "{shown_view}" is not 1 to 64 letters, digits or ._-')
        if len(set(views)) < len(views):
            self._note(line, "it names a view twice")
        if self._count > before:
            return None
        self._lines[sku] = line
        self._items += max(1, len(views))
        name, note = (
            strip_unprintable(cells.get(key, ""), _LONGEST_TEXT) or None for key in ("name", "note")
        )
        return ListRow(sku, views, name, note)


def _line_of(reader: Iterable[list[str]]) -> int:
    return int(getattr(reader, "line_num", 0))


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> bytes:
    """Return a CSV that a spreadsheet opens as text: UTF-8 with a byte order mark.

    A cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP, "CSV
    Injection").
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_escape(cell) for cell in row])
    return file.getvalue().encode("utf-8-sig", "replace")


def _escape(cell: str | None) -> str:
    text = cell or ""
    return f"'{text}" if text.startswith(_FORMULA_MARKS) else text
