"""A server of this process, for as long as a test looks at it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar


class EndingServer(socketserver.BaseServer):
    """A server whose handlers end when they are told to.

    Attributes:
        over: ends every handler.
    """

    over: threading.Event


Server = TypeVar("Server", bound=EndingServer)


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Serve in a thread until the end of the block."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
