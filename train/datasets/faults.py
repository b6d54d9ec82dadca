"""Faults of a data set: which file, what is wrong with it, and how to fix it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from train.atomic_file import write_atomically
from train.datasets.names import make_printable

COLUMNS = ("file", "fault", "mend")  # of faults.csv


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one file.

    Attributes:
        file: the file at fault, as a person would name it.
        fault: what is wrong, as a predicate: "is empty".
        fix: what to do about it, or what was done.
        harmful: whether training or evaluation would suffer: the picture is left out, or both
            splits show it. A fault that was fixed on the way is not harmful.
        unreadable: whether the picture was left out because reading it failed.
    """

    file: str
    fault: str
    fix: str
    harmful: bool = True
    unreadable: bool = False

    def __str__(self) -> str:
        """Return the fault as one line."""
        return f"{self.file}: {self.fault}; {self.fix}"


class Faults:
    """A list of faults, in the order in which they were found."""

    def __init__(self) -> None:
        self._found: list[Fault] = []
        self._names: dict[str, str] = {}

    def rename(self, folder: Path, source: Path) -> None:
        """Name files below ``folder``, which nobody sees, as parts of ``source`` from now on."""
        self._names[str(folder)] = str(source)

    def name_sources(self, text: str) -> str:
        """Return a sentence with the names that a person knows, fit for any terminal."""
        for hidden, shown in self._names.items():
            text = text.replace(hidden, shown)
        return make_printable(text)

    def add(
        self,
        file: str | Path,
        fault: str,
        fix: str,
        *,
        harmful: bool = True,
        unreadable: bool = False,
    ) -> None:
        """Append a fault; see `Fault`."""
        named, fault, fix = (self.name_sources(text) for text in (str(file), fault, fix))
        self._found.append(Fault(named, fault, fix, harmful, unreadable))

    def __len__(self) -> int:
        """Return the number of faults."""
        return len(self._found)

    @property
    def harmful_count(self) -> int:
        """Number of harmful faults."""
        return sum(fault.harmful for fault in self._found)

    @property
    def unreadable_count(self) -> int:
        """Number of pictures that could not be read."""
        return sum(fault.unreadable for fault in self._found)

    def format_lines(self, most: int | None = None) -> list[str]:
        """Return one line a fault, the harmful ones first, at most ``most`` lines."""
        ordered = sorted(self._found, key=lambda fault: not fault.harmful)
        shown = ordered if most is None else ordered[:most]
        return [f"{'fault' if fault.harmful else 'note'}: {fault}" for fault in shown]

    def write(self, path: Path) -> None:
        """Write faults.csv, one row a fault below a header."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((fault.file, fault.fault, fault.fix) for fault in self._found)
        write_atomically(path, text.getvalue().encode())
