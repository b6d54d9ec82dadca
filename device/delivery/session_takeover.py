"""Telling apart a broker that goes away once and a session that another client takes over."""

from __future__ import annotations

import time
from collections import deque

# Two clients of one id cut each other off every few seconds; a broker that restarts, or a bad
# line, cuts a client once or twice.
_CUTS = 3
_WITHIN_S = 120.0


class TakeoverDetector:
    """Remembers when connections ended.

    A broker cuts a client off when another of the same id connects (MQTT 5.0, section 3.1.4:
    session taken over), and not every broker says so. Two such clients take the session from each
    other for as long as they run.
    """

    def __init__(self) -> None:
        self._cuts_s: deque[float] = deque(maxlen=_CUTS)

    def note_cut(self) -> bool:
        """Note that a connection just ended; return whether it is the third in two minutes."""
        self._cuts_s.append(time.monotonic())
        return len(self._cuts_s) == _CUTS and self._cuts_s[-1] - self._cuts_s[0] < _WITHIN_S

    def reset(self) -> None:
        """Forget the cuts: the broker itself was away, which explains them."""
        self._cuts_s.clear()
