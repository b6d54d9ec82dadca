"""What came out: one line for each thing that was tried."""

from __future__ import annotations

from collections.abc import Callable


class Report:
    """Prints as it goes, and counts what failed."""

    def __init__(self) -> None:
        self.failed = 0
        self.passed = 0

    def check(self, what: str, *, holds: bool, seen: object = "") -> None:
        """Note whether something holds, and what was seen."""
        self.passed += holds
        self.failed += not holds
        told = f": {seen}" if seen != "" else ""
        print(f"{'pass' if holds else 'FAIL'}  {what}{told}", flush=True)

    def within(self, what: str, took_s: float, limit_s: float) -> None:
        """Note how long something took, and that it must not take longer."""
        self.check(what, holds=took_s <= limit_s, seen=f"{took_s:.1f} s (at most {limit_s:g})")

    def measured(self, what: str, took_s: float) -> None:
        """Note how long something took for which there is no limit."""
        self.check(what, holds=True, seen=f"{took_s:.1f} s")

    def attempt(self, what: str, scenario: Callable[[], None]) -> None:
        """Run a scenario; one that breaks off is a failure, and the next one is run."""
        print(f"      -- {what}", flush=True)
        try:
            scenario()
        except Exception as error:  # noqa: BLE001 - whatever it was, the others are to be run
            self.check(what, holds=False, seen=f"broke off: {type(error).__name__}: {error}")
