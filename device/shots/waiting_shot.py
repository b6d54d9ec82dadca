"""What the spool keeps in memory of a shot."""

from __future__ import annotations

from typing import NamedTuple


class WaitingShot(NamedTuple):
    """What is kept in memory of a shot: ten thousand may wait.

    Attributes:
        size_bytes: on disk.
        since_s: when it began to wait, on the monotonic clock: the other one jumps, by years where
            a machine starts without a clock and finds a time server.
    """

    size_bytes: int
    since_s: float
