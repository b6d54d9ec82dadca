"""How far a long piece of work has come: a bar on a terminal, lines in a log."""

from __future__ import annotations

import io
import sys
from types import TracebackType
from typing import TYPE_CHECKING

from tqdm import tqdm

if TYPE_CHECKING:
    from typing_extensions import Self

# Seconds between two lines of a log: a night's work stays readable.
LOG_EVERY_S = 20.0
_BAR = "{l_bar}{bar}| {n_fmt}/{total_fmt}{unit} [{elapsed}<{remaining}, {rate_noinv_fmt}{postfix}]"
_LINE = "{desc}: {n_fmt}/{total_fmt}{unit}, {rate_noinv_fmt}, {remaining} left{postfix}"

# tqdm's own thread, which wakes bars that nobody steps, would only be in the way of workers that
# are forked; a bar that nobody steps has nothing new to show.
tqdm.monitor_interval = 0


class Progress:
    """Counts steps and shows on stderr how many are done, their rate and the time left.

    On a terminal tqdm's bar moves. Elsewhere a line appears every `LOG_EVERY_S` seconds and one
    at the end, without carriage returns. Leave a ``with`` block by an error and the line is ended
    where it is.
    """

    def __init__(self, title: str, total: int, *, unit: str = "", shown: bool = True) -> None:
        """Begin.

        Args:
            title: name of the work.
            total: how many steps it has.
            unit: what a step is, plural.
            shown: False to count silently.
        """
        self._is_log = not sys.stderr.isatty()
        self._bar = tqdm(
            desc=title,
            total=total,
            unit=f" {unit}" if unit else "",
            disable=not shown,
            file=_LogLines() if self._is_log else sys.stderr,
            bar_format=_LINE if self._is_log else _BAR,
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
        """End the line; it is the last word only if all went well."""
        if kind is None:
            self.close()
        else:
            self._bar.close()

    def step(self, count: int = 1, note: str = "") -> None:
        """Count ``count`` more as done; ``note`` stands at the end of the line from now on."""
        if note:
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(count)

    def close(self, note: str = "") -> None:
        """Show the final state, once."""
        if note:
            self._bar.set_postfix_str(note, refresh=False)
        if self._is_log and not self._bar.disable:
            self._bar.fp.write(str(self._bar))
        self._bar.close()


class _LogLines(io.TextIOBase):
    """What tqdm takes for a terminal: it rewrites its line, and each becomes a line of the log."""

    def write(self, text: str) -> int:
        """Pass a state on; what only moves or clears a line is dropped."""
        words = text.split()
        if words:
            sys.stderr.write(" ".join(words) + "\n")
            sys.stderr.flush()
        return len(text)
