"""Shots that cannot be sent for a reason of their own, and that must not stop the others."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from device.shots.spool import Spool

_LOG = logging.getLogger(__name__)
# A broker that restarts may fail over the same shot twice; at five times others are tried.
MOST_FAILURES = 5
# A limit on the size of a message is raised by a person, once in a while; the broker then says so
# at the next connection, which lets parked shots go as well.
TOO_LARGE_S = 3600.0
# Of anything else, which somebody may be correcting at this moment: the pause doubles up to there.
SHORTEST_S = 30.0
LONGEST_S = 900.0


@dataclass(slots=True)
class _Parked:
    """A shot that waits apart.

    Attributes:
        trouble: which, and why; for people.
        until_s: when it takes its turn again, on the monotonic clock.
        times: how often it was parked in a row.
        is_suspect: whether the broker may have been at fault, as it took no other shot either.
    """

    trouble: str
    until_s: float
    times: int
    is_suspect: bool


class ParkedShots:
    """Keeps such shots in the spool and lets those behind them go ahead, for a while."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._parked: dict[str, _Parked] = {}
        self._failures: tuple[str | None, int] = (None, 0)  # of which shot, how many in a row

    def __contains__(self, shot_id: object) -> bool:
        """Whether a shot is parked, or has another turn after it was."""
        return shot_id in self._parked

    def is_at_fault(self, shot_id: str) -> bool:
        """Whether the broker took other shots since this one was parked."""
        parked = self._parked.get(shot_id)
        return parked is not None and not parked.is_suspect

    @property
    def trouble(self) -> str | None:
        """Which shot is parked and why, for people; None when none is."""
        parked = list(self._parked.copy().values())
        if not parked:
            return None
        others = f" (and {len(parked) - 1} more)" if len(parked) > 1 else ""
        return parked[0].trouble + others

    def park(
        self,
        shot_id: str,
        why: str,
        retry_after_s: float | None = None,
        *,
        is_suspect: bool = False,
    ) -> None:
        """Let the shots behind this one go ahead.

        Args:
            shot_id: which.
            why: for people.
            retry_after_s: when it takes its turn again; None for a pause that grows.
            is_suspect: whether it may be the broker's fault. Then it takes its turn as soon as
                the broker has taken another shot.
        """
        trouble = f"shot {shot_id} is kept and not sent: {why}"
        before = self._parked.get(shot_id)
        if before is None or before.trouble != trouble:
            _LOG.error("%s", trouble)
        is_suspect = is_suspect and (before is None or before.is_suspect)
        times = 0 if before is None or is_suspect else before.times + 1
        if retry_after_s is None:
            retry_after_s = min(LONGEST_S, SHORTEST_S * 2**times)
        until_s = time.monotonic() + retry_after_s
        self._parked[shot_id] = _Parked(trouble, until_s, times, is_suspect)
        self._failures = (None, 0)
        self._spool.hold(shot_id)

    def count_failure(self, shot_id: str) -> bool:
        """Count that a shot failed while it was sent alone; return whether that is too often."""
        last, times = self._failures
        self._failures = (shot_id, times + 1 if last == shot_id else 1)
        return self._failures[1] >= MOST_FAILURES or shot_id in self._parked

    def forget_failures(self) -> None:
        """Take note that the broker itself was away, which explains them."""
        self._failures = (None, 0)

    def note_arrival(self, shot_id: str) -> None:
        """Take note that a shot has arrived: the broker is well, and suspects get their turn."""
        self._parked.pop(shot_id, None)
        for parked in self._parked.values():
            if parked.is_suspect:
                parked.is_suspect, parked.until_s = False, 0.0

    def forget(self, shot_id: str) -> None:
        """Take note that a shot is not to be sent any more."""
        self._parked.pop(shot_id, None)

    def release_all(self) -> None:
        """Give all shots another turn: the broker was started anew, perhaps with other rules."""
        for parked in self._parked.values():
            parked.until_s = min(parked.until_s, 0.0)

    def release_due(self) -> None:
        """Give the shots whose time is over another turn."""
        now_s = time.monotonic()
        due = [shot_id for shot_id, parked in self._parked.items() if now_s >= parked.until_s]
        for shot_id in due:
            self._parked[shot_id].until_s = float("inf")
        if due:
            self._spool.unhold(*due)
