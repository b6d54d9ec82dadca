"""A progress line for work that takes a while: share done, rate, time left."""

from __future__ import annotations

import sys
import time


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
        left_s = (self._total - self._done) / rate if rate > 0 else float("inf")
        unit = f" {self._unit}" if self._unit else ""
        text = (
            f"{self._title}: {self._done}/{self._total}{unit}, {rate:.1f}/s, "
            f"{max(0.0, left_s):.0f} s left {note}".rstrip()
        )
        sys.stderr.write(f"\r\x1b[2K{text}" if self._terminal else f"{text}\n")
        sys.stderr.flush()
