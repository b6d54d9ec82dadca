"""Connections of browsers that are ended: none stays for nothing."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

_SWEEP_S = 2.0
_IDLE_S = 20.0
"""Longer than a browser keeps a connection that it has no use for, and than a whole request's head
takes to come."""
_STALLED_S = 20.0
"""So long may a browser take nothing of an answer: a tablet that has gone to sleep."""


class BoundedProtocol(H11Protocol):
    """Ends connections that take nothing, and those whose next request does not come whole."""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Take a connection."""
        super().connection_made(transport)
        self._moved_s, self._unsent = time.monotonic(), 0
        self._seen: object = None
        self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_S, self._sweep)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._sweeper.cancel()
        super().connection_lost(exc)

    def _sweep(self) -> None:
        """End the connection where nothing has moved for long.

        What moves is a request whose head is there, and what is taken of an answer. Single bytes of
        a head do not: who sends one now and then would stay for ever.
        """
        transport = self.transport
        now_s, unsent = time.monotonic(), transport.get_write_buffer_size()
        cycle: Any = self.cycle
        works = cycle is not None and not cycle.response_complete
        if cycle is not self._seen or unsent != self._unsent or (works and unsent == 0):
            self._moved_s, self._unsent, self._seen = now_s, unsent, cycle
        if now_s - self._moved_s > (_STALLED_S if unsent else _IDLE_S):
            transport.abort()
            return
        self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_S, self._sweep)
