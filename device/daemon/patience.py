"""Feeds systemd's watchdog while one long call works, but no longer than it may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from device.system.sd_notify import notify

_EVERY_S = 1.0


class Patience:
    """A thread that answers for the loop while that is inside a decoder, an encoder or the disk.

    A photo of 200 megapixels takes a Pi longer than WatchdogSec, and would be met again after each
    restart. What takes longer than it is allowed is hanging: then nobody answers any more.
    """

    def __init__(self) -> None:
        self._state = threading.Condition()
        self._until_s: float | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def allow(self, allowance_s: float) -> Iterator[None]:
        """Feed the watchdog each second during a block, at most for ``allowance_s``.

        A block inside another has its own time, after which the outer one's goes on.
        """
        outer_s = self._until_s
        self._set(time.monotonic() + allowance_s)
        try:
            yield
        finally:
            self._set(outer_s)

    def close(self) -> None:
        """End the thread. Safe to call twice."""
        with self._state:
            self._closed = True
            self._state.notify()
        if self._thread is not None:
            self._thread.join()

    def _set(self, until_s: float | None) -> None:
        with self._state:
            self._until_s = until_s
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="patience", daemon=True)
                self._thread.start()
            self._state.notify()

    def _run(self) -> None:
        while True:
            with self._state:
                self._state.wait_for(lambda: self._closed or self._until_s is not None)
                if self._closed:
                    return
                # Most blocks end sooner, and the loop answers for itself.
                if self._state.wait_for(lambda: self._closed or self._until_s is None, _EVERY_S):
                    continue
                until_s = self._until_s
                if until_s is not None and time.monotonic() >= until_s:
                    self._until_s = None
                    continue
            notify("WATCHDOG=1")
