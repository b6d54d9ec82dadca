"""What the person at the terminal sees while a conversion runs, on stderr."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from tqdm import tqdm

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")

# Seconds between two lines of a log.
LOG_EVERY_S = 20.0
_BAR = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}, {rate_noinv_fmt}]"
_LINE = "{desc}: {n_fmt}/{total_fmt}, {rate_noinv_fmt}, {remaining} left"
_TIMED_BAR = "{desc}: |{bar}| {n:.0f} s of at most {total:.0f} s"
_TIMED_LINE = "{desc}: {n:.0f} s of at most {total:.0f} s"

# tqdm's own thread, which wakes bars that nobody steps: a bar that nobody steps has nothing new.
tqdm.monitor_interval = 0


def say(sentence: str) -> None:
    """Write a sentence about what happens now."""
    print(sentence, file=sys.stderr, flush=True)


class Progress:
    """Counts steps and shows how many are done, their rate and the time left.

    On a terminal tqdm's bar moves. Elsewhere a line appears every `LOG_EVERY_S` seconds and one
    at the end, without carriage returns. Leave a ``with`` block by an error and the line is ended
    where it is.
    """

    def __init__(self, title: str, total: float, *, timed: bool = False) -> None:
        """Begin.

        Args:
            title: name of the work.
            total: how many steps it has, or, if timed, how many seconds it may take.
            timed: count seconds instead of steps.
        """
        self._is_log = not sys.stderr.isatty()
        bar, line = (_TIMED_BAR, _TIMED_LINE) if timed else (_BAR, _LINE)
        self._bar = tqdm(
            desc=title,
            total=total,
            unit="",
            file=_LogLines() if self._is_log else sys.stderr,
            bar_format=line if self._is_log else bar,
            mininterval=LOG_EVERY_S if self._is_log else 0.2,
            miniters=0,  # ask the clock at each step: steps differ in length
            delay=LOG_EVERY_S if self._is_log else 0,
            leave=not self._is_log,
            smoothing=0,  # the mean rate: the time left does not jump
        )

    def __enter__(self) -> Self:
        """Count within a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the line; the final state is shown only if all went well."""
        if kind is None and self._is_log:
            self._bar.fp.write(str(self._bar))
        self._bar.close()

    def step(self, count: float = 1) -> None:
        """Count ``count`` more as done."""
        self._bar.update(count)


def track(items: Iterable[T], total: int, title: str) -> Iterator[T]:
    """Yield items, unchanged, and show how many of ``total`` were taken.

    Args:
        items: what to yield.
        total: how many there are.
        title: name of the work, such as ``calibrating, pictures``.
    """
    with Progress(title, total) as progress:
        for item in items:
            yield item
            progress.step()


class _LogLines(io.TextIOBase):
    """What tqdm takes for a terminal: it rewrites its line, and each becomes a line of the log."""

    def write(self, text: str) -> int:
        """Pass a state on; what only moves or clears a line is dropped."""
        words = text.split()
        if words:
            sys.stderr.write(" ".join(words) + "\n")
            sys.stderr.flush()
        return len(text)
