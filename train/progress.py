"""A progress line for work that takes a while: bar, share done, rate, time left."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

_BAR_CELLS = 20


class Progress:
    """Counts steps and shows them on stderr.

    On a terminal one line is rewritten; in a log one line appears every ``log_every_s``
    seconds, so that a night's log stays readable.
    """

    def __init__(self, title: str, total: int, *, unit: str = "", log_every_s: float = 20) -> None:
        self._title = title
        self._total = total
        self._unit = unit
        self._done = 0
        self._started_s = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._every_s = 0.2 if self._terminal else log_every_s
        self._shown_s = self._started_s

    def step(self, count: int = 1, note: str = "") -> None:
        """Count ``count`` more as done."""
        self._done += count
        now_s = time.monotonic()
        if now_s - self._shown_s >= self._every_s:
            self._shown_s = now_s
            self._show(note)

    def close(self, note: str = "") -> None:
        """Show the final line."""
        self._show(note)
        if self._terminal:
            sys.stderr.write("\n")

    def _show(self, note: str) -> None:
        elapsed_s = max(1e-6, time.monotonic() - self._started_s)
        rate = self._done / elapsed_s
        left = "?"
        if rate > 0:
            left = str(timedelta(seconds=round(max(0.0, (self._total - self._done) / rate))))
        unit = f" {self._unit}" if self._unit else ""
        per_s = f"{rate:.1f}{unit}/s"
        text = f"{self._title}: {self._done}/{self._total}{unit}, {per_s}, {left} left {note}"
        if self._terminal:
            text = f"{self._bar()} {text}"
        sys.stderr.write(f"\r\x1b[2K{text.rstrip()}" if self._terminal else f"{text.rstrip()}\n")
        sys.stderr.flush()

    def _bar(self) -> str:
        full = min(_BAR_CELLS, _BAR_CELLS * self._done // max(1, self._total))
        return "█" * full + "░" * (_BAR_CELLS - full)
