"""What still moves on a connection, as the system counts it."""

from __future__ import annotations

import contextlib
import fcntl
import socket
import struct
import sys
import time

# Of tcp_info in linux/tcp.h: bytes that the other side has acknowledged, and that came from it.
_COUNTERS = struct.Struct("=QQ")
_COUNTERS_AT = 120
_TIOCOUTQ = 0x5411  # tty_ioctl(4); of a TCP socket: bytes handed over and not acknowledged.


class TcpLine:
    """The bytes of one connection.

    A large message lies in buffers for as long as the line takes. It is on its way while the other
    side's system acknowledges its bytes; what the other side's program does is another matter.

    Attributes:
        left_s: when bytes of what was marked were last seen to leave, on the monotonic clock.
        received_bytes: what came so far.
        waiting_bytes: what the system holds that has not left.
    """

    def __init__(self, connected: socket.socket) -> None:
        self.left_s = time.monotonic()
        self.received_bytes = 0
        self.waiting_bytes = 0
        self._socket = connected
        self._left_bytes = 0
        # How many bytes will have left once all that was marked has; None while that is unknown.
        self._marked_bytes: int | None = 0

    def mark(self) -> None:
        """Count what was handed over up to now."""
        self._marked_bytes = None

    def cut(self) -> None:
        """End the connection without waiting for anything to leave."""
        with contextlib.suppress(OSError):  # The other side may have closed it already.
            self._socket.shutdown(socket.SHUT_RDWR)

    def look(self, *, queued: bool) -> bool:
        """Note what has moved since the last time.

        Args:
            queued: whether something waits in the program that the system has not taken yet.

        Returns:
            Whether this system counts: without, nothing is ever seen to move.
        """
        counted = _count(self._socket)
        if counted is None:
            return False
        left_bytes, self.received_bytes, self.waiting_bytes = counted
        marked = self._marked_bytes
        if left_bytes > self._left_bytes and (marked is None or self._left_bytes < marked):
            self.left_s = time.monotonic()
        self._left_bytes = left_bytes
        if marked is None and not queued:
            self._marked_bytes = left_bytes + self.waiting_bytes
        return True


def _count(connected: socket.socket) -> tuple[int, int, int] | None:
    """Return the bytes that have left, that came, and that wait to leave."""
    if sys.platform != "linux":
        return None
    try:
        counters = connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        waiting = fcntl.ioctl(connected.fileno(), _TIOCOUTQ, bytes(4))
        left_bytes, received_bytes = _COUNTERS.unpack_from(counters, _COUNTERS_AT)
    except (OSError, ValueError, struct.error):  # Closed, or a kernel that counts less.
        return None
    return left_bytes, received_bytes, struct.unpack("=i", waiting)[0]
