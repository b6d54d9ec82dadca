"""SIGINT and SIGTERM, from the daemon's start to its end."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from device.errors import WorkError

_LOG = logging.getLogger(__name__)


# Between two attempts to stop what swallowed the first.
_AGAIN_S = 0.5


class StoppedError(WorkError):
    """A start was stopped by a signal. Not a fault."""


class StopSignals:
    """Handles signals: the first ends the run in order, a second one at once.

    Attributes:
        stop: set by the first signal.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._waits = False
        self._reason = "stopped before the rig was online"
        self._before = {
            number: signal.signal(number, self._handle)
            for number in (signal.SIGINT, signal.SIGTERM)
        }

    def restore(self) -> None:
        """Put the former handlers back. Safe to call twice."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """End at once on a signal: while the rig waits there is nothing to finish.

        What a handler raises is lost where logging or an import happens to run. So it is raised
        again, on an alarm, until the wait has ended.

        Raises:
            StoppedError: a signal came, now or before.
        """
        self._waits = True
        before = signal.signal(signal.SIGALRM, self._stop_wait)
        try:
            if self.stop.is_set():
                raise StoppedError(self._reason)
            yield
        finally:
            self._waits = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _handle(self, number: int, _: FrameType | None) -> None:
        self.restore()
        self.stop.set()
        name = signal.Signals(number).name
        self._reason = f"{name}: stopped before the rig was online"
        if self._waits:
            signal.setitimer(signal.ITIMER_REAL, _AGAIN_S, _AGAIN_S)
            raise StoppedError(self._reason)
        _LOG.info("%s: finishing the shot in hand", name)

    def _stop_wait(self, _: int, __: FrameType | None) -> None:
        if self._waits:
            raise StoppedError(self._reason)
