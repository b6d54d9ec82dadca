"""Shots that the broker does not take and that must not stop the others."""

from __future__ import annotations

import logging
import time

from device.shots.spool import Spool

_LOG = logging.getLogger(__name__)
# A broker that restarts may fail over the same shot twice; five times it is the shot.
MOST_FAILURES = 5
# What was held may have become possible meanwhile.
TOO_LARGE_S = 3600.0
REFUSED_S = 300.0


class ParkedShots:
    """Keeps such shots in the spool and lets those behind them go ahead, for a while."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._held: dict[str, tuple[float, str]] = {}  # until when, and why
        self._failures: tuple[str | None, int] = (None, 0)

    @property
    def trouble(self) -> str | None:
        """Which shot is held and why, for people; None when none is."""
        return next((why for _, why in self._held.copy().values()), None)

    def hold(self, shot_id: str, why: str, again_s: float = TOO_LARGE_S) -> None:
        """Hold a shot.

        Args:
            shot_id: which.
            why: for people.
            again_s: after how long it takes its turn again.
        """
        told = f"shot {shot_id} is kept and not sent: {why}"
        if shot_id not in self._held:
            _LOG.error("%s", told)
        self._held[shot_id] = (time.monotonic() + again_s, told)
        self._spool.hold(shot_id)

    def blame(self, shot_id: str, why: str, again_s: float) -> bool:
        """A shot has failed while it went alone; True when that made it held."""
        last, times = self._failures
        self._failures = (shot_id, times + 1 if last == shot_id else 1)
        if self._failures[1] < MOST_FAILURES:
            return False
        self._failures = (None, 0)
        self.hold(shot_id, why, again_s)
        return True

    def delivered(self, shot_id: str) -> None:
        """A shot has arrived after all."""
        self._held.pop(shot_id, None)

    def try_again(self) -> None:
        """Give those whose time is over another turn."""
        for shot_id, (until_s, why) in list(self._held.items()):
            if time.monotonic() >= until_s:
                self._held[shot_id] = (float("inf"), why)
                self._spool.unhold(shot_id)
