"""What came out: one line for each thing that was tried."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

from benchmarks.markdown.page import format_table


class Report:
    """Prints as it goes, and counts what failed."""

    def __init__(self, to: TextIO = sys.stdout) -> None:
        """Take the stream to print to."""
        self.failed = 0
        self.passed = 0
        self._to = to
        self._rows: list[list[str]] = []

    def table(self) -> str:
        """Return all lines as a Markdown table."""
        return format_table(["check", "result", "seen"], self._rows)

    def check(self, what: str, *, holds: bool, seen: object = "") -> None:
        """Note whether something holds, and what was seen."""
        self.passed += holds
        self.failed += not holds
        result, text = "pass" if holds else "FAIL", " ".join(str(seen).split())
        self._rows.append([what, result, text.replace("|", "/")])
        detail = f": {seen}" if seen != "" else ""
        print(f"{result}  {what}{detail}", file=self._to, flush=True)

    def within(self, what: str, took_s: float, limit_s: float) -> None:
        """Note how long something took, and that it must not take longer."""
        self.check(what, holds=took_s <= limit_s, seen=f"{took_s:.1f} s (at most {limit_s:g})")

    def measured(self, what: str, took_s: float) -> None:
        """Note how long something took for which there is no limit."""
        self.check(what, holds=True, seen=f"{took_s:.1f} s")

    def attempt(self, what: str, scenario: Callable[[], None]) -> None:
        """Run a scenario; one that breaks off is a failure, and the next one is run."""
        print(f"      -- {what}", file=self._to, flush=True)
        try:
            scenario()
        except Exception as error:  # noqa: BLE001 - whatever it was, the others are to be run
            self.check(what, holds=False, seen=f"broke off: {type(error).__name__}: {error}")
