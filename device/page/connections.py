"""Connections of browsers, bounded: none may use up the rig's memory or file handles."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

# A browser opens six; a tablet and a laptop of one studio may share an address.
_MOST, _MOST_OF_ADDRESS = 96, 64
_SWEEP_S = 2.0
_IDLE_S = 20.0
"""Longer than a browser keeps a connection that it has no use for."""
_STALLED_S = 20.0
"""So long may a browser take nothing of an answer: a tablet that has gone to sleep."""


class BoundedProtocol(H11Protocol):
    """Refuses connections beyond a number, and ends those that send or take nothing."""

    _open: Counter[str] = Counter()  # noqa: RUF012 - shared on purpose: of the process

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Take a connection, or drop it at once."""
        peer = transport.get_extra_info("peername")
        self._address = str(peer[0]) if isinstance(peer, tuple) else ""
        self._open[self._address] += 1
        self._moved_s, self._unsent = time.monotonic(), 0
        crowded = self._open.total() if hasattr(self._open, "total") else sum(self._open.values())
        super().connection_made(transport)
        if crowded > _MOST or self._open[self._address] > _MOST_OF_ADDRESS:
            transport.abort()
            return
        self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_S, self._sweep)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._open[self._address] -= 1
        if not self._open[self._address]:
            del self._open[self._address]
        if sweeper := getattr(self, "_sweeper", None):
            sweeper.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request."""
        self._moved_s = time.monotonic()
        super().data_received(data)

    def _sweep(self) -> None:
        """End the connection where nothing has moved for long."""
        transport = self.transport
        now_s, unsent = time.monotonic(), transport.get_write_buffer_size()
        works = self.cycle is not None and not self.cycle.response_complete
        if unsent != self._unsent or (works and unsent == 0):
            self._moved_s, self._unsent = now_s, unsent
        if now_s - self._moved_s > (_STALLED_S if unsent else _IDLE_S):
            transport.abort()
            return
        self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_S, self._sweep)
