"""Why the last shot was refused, and whether that is still so."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

_LOG = logging.getLogger(__name__)
# A disk is not asked more often.
_LOOK_EVERY_S = 5.0


class Refusal:
    """For the shooting thread alone.

    Attributes:
        sentence: why the last shot was refused; None once one was taken.
    """

    def __init__(self) -> None:
        self.sentence: str | None = None
        self._is_shot_owed = False  # A photo or scene was refused, and no shot came after it.
        self._refused_requests = 0
        self._is_over: Callable[[], bool] | None = None  # None once it is known to be.
        self._look_s = 0.0

    @property
    def count(self) -> int:
        """How many shots were refused and not taken later either."""
        return self._refused_requests + self._is_shot_owed

    @property
    def trouble(self) -> str | None:
        """The sentence while its cause lasts; there may be no next shot for hours."""
        is_over = self._is_over
        if self.sentence is None or is_over is None:
            return None
        if time.monotonic() >= self._look_s:
            self._look_s = time.monotonic() + _LOOK_EVERY_S
            if is_over():
                _LOG.info("what refused the last shot is over: the next will be taken")
                self._is_over = None
                return None
        return self.sentence

    def note(self, sentence: str, is_over: Callable[[], bool]) -> None:
        """Note that a shot was refused.

        Args:
            sentence: why.
            is_over: tells, when it is asked now and then, whether the cause is gone.
        """
        self.sentence, self._is_over = sentence, is_over
        self._look_s = time.monotonic() + _LOOK_EVERY_S

    def owe(self, *, asked_for: bool) -> None:
        """Count the shot that was refused; one that a request asked for may be asked for again."""
        self._refused_requests += asked_for
        self._is_shot_owed |= not asked_for

    def clear(self, *, asked_for: bool) -> None:
        """Note that a shot was taken."""
        self.sentence = self._is_over = None
        self._is_shot_owed &= asked_for
