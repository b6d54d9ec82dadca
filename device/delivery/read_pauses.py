"""Pauses after a shot could not be read from the disk."""

from __future__ import annotations

import logging
import time

_LOG = logging.getLogger(__name__)
# A process that has no file handle left, or a share that is mounted again, is well within seconds.
_MOST_FAILURES = 5
_SHORTEST_S = 0.5


class ReadPauses:
    """Holds up all shots for some seconds, so that their order is kept; for the delivery thread."""

    def __init__(self) -> None:
        self._shot_id: str | None = None
        self._why: str | None = None
        self._failures = 0
        self._until_s = 0.0

    @property
    def trouble(self) -> str | None:
        """Which shot cannot be read and why, for people; None when all can."""
        return None if self._why is None else f"{self._why}: it is tried again"

    @property
    def is_pausing(self) -> bool:
        """Whether the pause lasts."""
        return time.monotonic() < self._until_s

    def count_failure(self, shot_id: str, why: str) -> bool:
        """Begin a pause, twice as long as the last; return True when there were enough.

        Args:
            shot_id: the shot that could not be read.
            why: for people.
        """
        if shot_id != self._shot_id:
            self._shot_id, self._failures = shot_id, 0
        self._failures += 1
        if self._failures >= _MOST_FAILURES:
            return True
        if why != self._why:
            _LOG.warning("%s: it is tried again", why)
        self._why = why
        self._until_s = time.monotonic() + _SHORTEST_S * 2 ** (self._failures - 1)
        return False

    def forget(self, shot_id: str) -> None:
        """Take note that a shot was read, or that it is left to others."""
        if shot_id == self._shot_id:
            self._shot_id, self._why, self._failures, self._until_s = None, None, 0, 0.0
