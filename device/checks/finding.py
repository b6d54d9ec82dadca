"""The outcome of a check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "FAIL"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Attributes:
        name: what was checked.
        level: ``ok``, ``warn`` (works, but somebody should know) or ``FAIL``.
        detail: what was found.
        mend: what to do about it; empty when there is nothing to do.
    """

    name: str
    level: Level
    detail: str
    mend: str = ""

    def __str__(self) -> str:
        """Return one line of the doctor's table."""
        return f"{self.level:<4} {self.name}: {self.detail}" + (f" — {self.mend}" * bool(self.mend))


def make_failure(name: str, sentence: object) -> Finding:
    """Return a FAIL from an error's sentence, whose part after the last colon is the fix."""
    detail, _, mend = str(sentence).rpartition(": ")
    return Finding(name, "FAIL", detail or mend, mend if detail else "")
