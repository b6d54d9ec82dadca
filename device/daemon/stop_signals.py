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

        Raises:
            StoppedError: a signal came, now or before.
        """
        self._waits = True
        try:
            if self.stop.is_set():
                raise StoppedError("stopped before the rig was online")
            yield
        finally:
            self._waits = False

    def _handle(self, number: int, _: FrameType | None) -> None:
        self.restore()
        self.stop.set()
        name = signal.Signals(number).name
        if self._waits:
            raise StoppedError(f"{name}: stopped before the rig was online")
        _LOG.info("%s: finishing the shot in hand", name)
