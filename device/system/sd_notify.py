"""Notifies systemd that the daemon is up and that its loop moves (sd_notify(3))."""

from __future__ import annotations

import contextlib
import os
import socket

# A full queue must not hold up the work that reports it.
_LONGEST_S = 1.0


def notify(*lines: str) -> None:
    """Notify systemd, if it listens.

    Args:
        lines: assignments as in sd_notify(3): ``READY=1``, ``WATCHDOG=1``, ``STATUS=…``.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    # A leading @ stands for the abstract namespace.
    target = "\0" + address[1:] if address.startswith("@") else address
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out,
    ):
        out.settimeout(_LONGEST_S)
        out.sendto("\n".join(lines).encode(), target)
