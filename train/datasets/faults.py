"""What is wrong with a data set: which file, what, and how to mend it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from train.atomic_file import write_atomically

COLUMNS = ("file", "fault", "mend")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one file.

    Attributes:
        file: the file at fault, as a person would name it.
        fault: what is wrong.
        mend: what to do about it, or what was done.
        hurts: whether training or judging would suffer: the picture is left out, or two splits
            share it. What was mended on the way does not hurt.
    """

    file: str
    fault: str
    mend: str
    hurts: bool = True

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.file}: {self.fault}; {self.mend}"


class Faults:
    """The faults found so far, in the order of finding."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, file: str | Path, fault: str, mend: str, *, hurts: bool = True) -> None:
        """Note a fault."""
        self._found.append(Fault(str(file), fault, mend, hurts))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._found)

    @property
    def hurting(self) -> int:
        """How many of them would hurt."""
        return sum(fault.hurts for fault in self._found)

    def lines(self, most: int | None = None) -> list[str]:
        """Return a line for each fault, those that hurt first, and at most ``most`` of them."""
        ordered = sorted(self._found, key=lambda fault: not fault.hurts)
        shown = ordered if most is None else ordered[:most]
        return [f"{'fault' if fault.hurts else 'note'}: {fault}" for fault in shown]

    def write(self, path: Path) -> None:
        """Write faults.csv: file, fault, mend; a header alone when there are none."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((fault.file, fault.fault, fault.mend) for fault in self._found)
        write_atomically(path, text.getvalue().encode())
