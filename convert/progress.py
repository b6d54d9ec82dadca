"""A line on stderr that says how far a long piece of work has come."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

REDRAW_S = 0.2
LINE_S = 10.0


def say(sentence: str) -> None:
    """Tell the person at the terminal what happens now."""
    print(sentence, file=sys.stderr, flush=True)


def counted(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Yield ``items`` and show the count as it grows.

    A terminal gets one line redrawn in place; a log file gets a line every ten seconds.

    Args:
        items: what to yield.
        total: how many there are.
        what: name of the work, such as ``calibrating``.

    Yields:
        The items, unchanged.
    """
    live = sys.stderr.isatty()
    start = "\r" if live else ""
    interval_s = REDRAW_S if live else LINE_S
    shown_s = time.monotonic()
    for count, item in enumerate(items, start=1):
        yield item
        now_s = time.monotonic()
        if now_s - shown_s >= interval_s or count == total:
            shown_s = now_s
            end = "\n" if count == total or not live else ""
            print(f"{start}{what}: {count}/{total}", end=end, file=sys.stderr)
            sys.stderr.flush()
