"""Wakes the page's requests when the rig has something new."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Bell:
    """Rung in any thread, heard in the page's own."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Future[None]] = set()

    def attach(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Say whose coroutines wait; None for nobody's any more."""
        self._loop = loop

    def ring(self) -> None:
        """Wake all who wait. Any thread."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # The loop was closed this moment.
                loop.call_soon_threadsafe(self._wake)

    async def wait(self, timeout_s: float) -> None:
        """Wait for the next ring, or so long."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait_for(future, timeout_s)
        except asyncio.TimeoutError:
            pass
        finally:
            self._waiting.discard(future)

    def _wake(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
