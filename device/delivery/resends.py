"""Shots of the archive on their way to the broker once more."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection

from device.contract.text import format_count
from device.shots.archive import Archive
from device.shots.resend_list import ResendList
from device.shots.spooled_shot import SpooledShot, TornShotError

_LOG = logging.getLogger(__name__)
# Whoever asked has subscribed before; when nobody has, it is over or begins again soon. The pauses
# double up to the longest, and after an hour nobody waits: each try is a picture sent to nobody.
_SHORTEST_PAUSE_S = 30.0
_LONGEST_PAUSE_S = 300.0
_MOST_TRIES = 15


class Resends:
    """Says which shot is sent again next; for the delivery thread. New shots go first."""

    def __init__(
        self,
        waiting: ResendList,
        archive: Archive,
        on_sent: Callable[[str], object] | None = None,
    ) -> None:
        """Begin with what an earlier run has left.

        Args:
            waiting: what was asked for.
            archive: where it lies.
            on_sent: called with each shot that the broker has again.
        """
        self._waiting = waiting
        self._archive = archive
        self._on_sent = on_sent
        self._pause_until_s = 0.0
        self._unclaimed_tries = 0  # In a row, since somebody asked last.
        self._additions = waiting.additions
        self._is_stopped = False

    def __contains__(self, shot_id: object) -> bool:
        """Whether a shot is to be sent again."""
        return shot_id in self._waiting

    @property
    def trouble(self) -> str | None:
        """How many wait for a subscriber, for people; None while they go."""
        if not self._unclaimed_tries or not len(self._waiting):
            return None
        shots = format_count(len(self._waiting), "shot")
        return f"asked for again and taken by nobody: {shots}; start the subscriber that asked"

    def next_shot(self, but: Collection[str]) -> SpooledShot | None:
        """Return the shot to send next, except ``but``; None when none is to go now."""
        self._note_requests()
        while not self._is_stopped and time.monotonic() >= self._pause_until_s:
            shot_id = self._waiting.first(but)
            if shot_id is None:
                return None
            if self._unclaimed_tries and any(each in self._waiting for each in but):
                return None  # One finds out whether somebody has subscribed by now.
            if shot_id not in self._archive:
                self.give_up(shot_id, "the archive has it no more")
                continue
            try:
                return self._archive.load(shot_id)
            except TornShotError as error:
                self._archive.set_aside(shot_id, str(error))
                self.give_up(shot_id, str(error))
            except Exception as error:  # noqa: BLE001 - it concerns this shot alone
                self.give_up(shot_id, str(error))
        return None

    def note_sent(self, shot_id: str) -> None:
        """Take note that the broker has a shot."""
        self._unclaimed_tries = 0
        self._waiting.remove(shot_id)
        if self._on_sent is not None:
            self._on_sent(shot_id)

    def note_unclaimed(self) -> None:
        """Take note that nobody has subscribed at the moment; after many times, forget them all."""
        now_s = time.monotonic()
        if now_s < self._pause_until_s:
            return  # It was under way beside the one that has found out.
        pause_s = min(_LONGEST_PAUSE_S, _SHORTEST_PAUSE_S * 2**self._unclaimed_tries)
        self._pause_until_s = now_s + pause_s
        self._unclaimed_tries += 1
        if self._unclaimed_tries >= _MOST_TRIES:
            self._unclaimed_tries = 0
            number = self._waiting.clear(self._additions)
            if number:
                shots = format_count(number, "shot")
                _LOG.warning("not sent again, as nobody has subscribed: %s; ask anew", shots)

    def _note_requests(self) -> None:
        """Begin anew where somebody has asked since, who has subscribed before."""
        if self._additions != self._waiting.additions:
            self._additions = self._waiting.additions
            self._unclaimed_tries, self._pause_until_s = 0, 0.0

    def give_up(self, shot_id: str, why: str) -> None:
        """Take out a shot that cannot be sent; it may be asked for again."""
        _LOG.warning("shot %s is not sent again: %s", shot_id, why)
        self._waiting.remove(shot_id)

    def stop(self) -> None:
        """Leave what waits to the next run: this one ends."""
        self._is_stopped = True
