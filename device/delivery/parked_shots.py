"""Shots that the broker does not take and that must not stop the others."""

from __future__ import annotations

import logging
import time

from device.shots.spool import Spool

_LOG = logging.getLogger(__name__)
# A broker that restarts may fail over the same shot twice; at five times the fault is the shot's.
MOST_FAILURES = 5
# A limit on the size of a message is raised by a person, once in a while.
TOO_LARGE_S = 3600.0
# A refusal is about rights or rules, which somebody may be correcting at this moment.
REFUSED_S = 300.0


class ParkedShots:
    """Keeps such shots in the spool and lets those behind them go ahead, for a while."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._parked: dict[str, tuple[float, str]] = {}  # until when, and why
        self._failures: tuple[str | None, int] = (None, 0)  # of which shot, how many in a row

    @property
    def trouble(self) -> str | None:
        """Which shot is parked and why, for people; None when none is."""
        return next((why for _, why in self._parked.copy().values()), None)

    def park(self, shot_id: str, why: str, retry_after_s: float = TOO_LARGE_S) -> None:
        """Let the shots behind this one go ahead.

        Args:
            shot_id: which.
            why: for people.
            retry_after_s: when it takes its turn again.
        """
        trouble = f"shot {shot_id} is kept and not sent: {why}"
        if shot_id not in self._parked:
            _LOG.error("%s", trouble)
        self._parked[shot_id] = (time.monotonic() + retry_after_s, trouble)
        self._spool.hold(shot_id)

    def count_failure(self, shot_id: str, why: str, retry_after_s: float) -> bool:
        """Count that a shot failed while it was sent alone, and park it when that is too often.

        Args:
            shot_id: which.
            why: for people.
            retry_after_s: when it takes its turn again, if it is parked.

        Returns:
            Whether it is parked now.
        """
        last, times = self._failures
        self._failures = (shot_id, times + 1 if last == shot_id else 1)
        if self._failures[1] < MOST_FAILURES:
            return False
        self._failures = (None, 0)
        self.park(shot_id, why, retry_after_s)
        return True

    def forget(self, shot_id: str) -> None:
        """Take note that a shot has arrived after all."""
        self._parked.pop(shot_id, None)

    def release_due(self) -> None:
        """Give the shots whose time is over another turn."""
        for shot_id, (until_s, why) in list(self._parked.items()):
            if time.monotonic() >= until_s:
                self._parked[shot_id] = (float("inf"), why)
                self._spool.unhold(shot_id)
