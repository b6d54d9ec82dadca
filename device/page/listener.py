"""Where browsers connect, bounded: they may not use up the rig's file handles."""

from __future__ import annotations

import errno
import socket
from collections import Counter
from typing import Any

from device.errors import UsageError
from device.settings.page_address import PORT, PageAddress

BACKLOG = 64
"""So many connections may wait to be taken."""
# After a port that is taken, so many are tried.
_MOST_PORTS = 20
# A browser opens six; a tablet and a laptop of one studio may share an address.
_MOST, _MOST_OF_ADDRESS = 96, 64


class PortsTakenError(UsageError):
    """No port near the page's is free."""


class BoundedListener(socket.socket):
    """A listening socket that hangs up at once on connections beyond a number.

    They are counted as the file handles that they are, from before TLS until they are closed.
    For one thread.
    """

    def __init__(self, family: int) -> None:
        """Make a TCP socket that is bound to nothing yet."""
        super().__init__(family, socket.SOCK_STREAM)
        self._open: Counter[str] = Counter()

    def accept(self) -> tuple[socket.socket, Any]:
        """Take a connection.

        Raises:
            ConnectionAbortedError: there are too many: this one was hung up on.
        """
        accepted, peer = super().accept()
        address = str(peer[0])
        crowded = sum(self._open.values()) >= _MOST or self._open[address] >= _MOST_OF_ADDRESS
        if crowded:
            accepted.close()
            raise ConnectionAbortedError
        self._open[address] += 1
        return _Accepted(accepted, self._open, address), peer


class _Accepted(socket.socket):
    """A connection that is counted until it is closed."""

    def __init__(self, accepted: socket.socket, counts: Counter[str], address: str) -> None:
        family, kind, protocol = accepted.family, accepted.type, accepted.proto
        super().__init__(family, kind, protocol, fileno=accepted.detach())
        self._counts: Counter[str] | None = counts
        self._address = address

    def close(self) -> None:
        """Close it. Safe to call twice."""
        super().close()
        counts, self._counts = self._counts, None
        if counts is not None:
            counts[self._address] -= 1
            if not counts[self._address]:
                del counts[self._address]


def listen(page: PageAddress) -> BoundedListener:
    """Return a socket at the page's port, or at the next one that is free.

    Raises:
        PortsTakenError: no port near is free.
        UsageError: the address is not of this machine, or the port not for this user.
    """
    family = socket.AF_INET6 if ":" in page.host else socket.AF_INET
    for port in range(page.port, min(page.port + _MOST_PORTS, 65536)):
        listening = BoundedListener(family)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((page.host, port))
            listening.listen(BACKLOG)
        except OSError as error:
            listening.close()
            if error.errno == errno.EACCES:
                raise UsageError(
                    f"this user may not serve the page at port {port}: give one from 1024 on, such"
                    f" as {PORT}"
                ) from error
            if error.errno != errno.EADDRINUSE:
                raise UsageError(
                    f"the page cannot be served at {page} ({error.strerror}): name an address of"
                    " this machine, 0.0.0.0 for all of them"
                ) from error
        else:
            listening.settimeout(0)
            return listening
    raise PortsTakenError(
        f"the page cannot be served at port {page.port}, and the {_MOST_PORTS - 1} ports after it"
        " are taken too: give another"
    )
