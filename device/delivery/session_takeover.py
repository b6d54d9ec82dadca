"""Telling a broker that goes away once from a connection that somebody keeps cutting."""

from __future__ import annotations

import time
from collections import deque

_CUTS = 3
_WITHIN_S = 120.0


class TakeoverDetector:
    """Remembers when connections ended.

    A broker cuts a client when another of the same id comes (MQTT 5.0, section 3.1.4), and not
    every broker says so. Two of them throw each other out for as long as they run.
    """

    def __init__(self) -> None:
        self._at_s: deque[float] = deque(maxlen=_CUTS)

    def again(self) -> bool:
        """A connection ended just now: whether that is the third time in two minutes."""
        self._at_s.append(time.monotonic())
        return len(self._at_s) == _CUTS and self._at_s[-1] - self._at_s[0] < _WITHIN_S

    def forget(self) -> None:
        """The broker itself was away: that explains it."""
        self._at_s.clear()
