"""The files of a hot folder that were not shot yet: which of them may be read now."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass
from pathlib import Path

from device.cameras.folder_memory import FolderMemory
from device.cameras.folder_watch import FolderWatch, Stat
from device.cameras.photo_folder import DAMAGED_S, SETTLE_S

# A file that the system kept from being read may be given free, or the disk may have recovered.
_RETRY_S = 5.0
# Files that cannot be read yet hold up the others behind them for no longer than this.
_MOST_TRIED = 64


@dataclass(slots=True)
class Candidate:
    """A file that was not shot yet.

    Attributes:
        stat: its size and time of last change when it was looked at last.
        since_s: since when it has had them, on the monotonic clock.
        old: whether it had not changed for a while when it was found.
        quiet_s: how long it must stay unchanged to be read.
    """

    stat: Stat
    since_s: float
    old: bool
    quiet_s: float = SETTLE_S

    def is_quiet(self, now_s: float) -> bool:
        """Whether nobody seems to be writing to it."""
        return (self.old and self.quiet_s <= SETTLE_S) or now_s - self.since_s >= self.quiet_s


class HotCandidates:
    """Keeps the candidates by name, as the folder changes."""

    def __init__(self, folder: Path, watch: FolderWatch, memory: FolderMemory) -> None:
        """Start without any.

        Args:
            folder: where they lie.
            watch: sees what changes in it.
            memory: knows which files need not be read again.
        """
        self._folder = folder
        self._watch = watch
        self._memory = memory
        self._candidates: dict[str, Candidate] = {}
        # Files that the system does not let be read, by name: when to try again.
        self._kept: dict[str, float] = {}
        self._reported: dict[str, Stat] = {}

    @property
    def kept(self) -> list[str]:
        """The names of files that the system does not let be read, in the alphabet's order."""
        return sorted(self._kept)

    def update(self) -> None:
        """Add files that are new or have changed, and forget those that are gone.

        Raises:
            OSError: the folder cannot be read.
        """
        for name, stat in self._watch.look().items():
            self._update(name, stat)
        # Those that somebody may be writing to; the others are looked at when they are read.
        for name in [name for name, each in self._candidates.items() if not each.old]:
            self._update(name, self._watch.check(name))
        now_s = time.monotonic()
        for name in [name for name, retry_s in self._kept.items() if now_s >= retry_s]:
            self._try_again(name)

    def list_quiet(self, last: str | None) -> list[str]:
        """Return the names of files that may be read, in the order in which they were written.

        Args:
            last: name of the one that comes after all others, whenever it was written.
        """
        now_s = time.monotonic()
        ready = (
            (name == last, candidate.stat[1], name)
            for name, candidate in self._candidates.items()
            if candidate.is_quiet(now_s)
        )
        return [name for _, _, name in heapq.nsmallest(_MOST_TRIED, ready)]

    def take(self, name: str) -> Candidate | None:
        """Return a candidate that is as it was; None where it has changed meanwhile."""
        candidate, stat = self._candidates[name], self._watch.check(name)
        if stat == candidate.stat:
            return candidate
        self._update(name, stat)
        return None

    def drop(self, name: str) -> None:
        """Forget a file that has been dealt with, until it changes."""
        self._candidates.pop(name, None)

    def clear(self) -> None:
        """Forget all."""
        self._candidates.clear()

    def wait(self, name: str) -> bool:
        """Give a file that cannot be read more time, once; it may be a copy that pauses."""
        candidate = self._candidates[name]
        if candidate.quiet_s >= DAMAGED_S:
            return False
        candidate.quiet_s, candidate.since_s = DAMAGED_S, time.monotonic()
        return True

    def keep(self, name: str) -> bool:
        """Try a file again later that the system does not let be read.

        Returns:
            Whether nobody knows yet that it cannot be read.
        """
        stat = self._candidates.pop(name).stat
        self._kept[name] = time.monotonic() + _RETRY_S
        known, self._reported[name] = self._reported.get(name), stat
        return known != stat

    def _update(self, name: str, stat: Stat | None) -> None:
        if stat is None:
            for each in (self._candidates, self._kept, self._reported):
                each.pop(name, None)
        elif self._memory.has_seen(name, *stat):
            self._candidates.pop(name, None)
        elif name not in self._kept:
            known = self._candidates.get(name)
            if known is None:
                old = time.time() - stat[1] / 1e9 >= SETTLE_S
                self._candidates[name] = Candidate(stat, time.monotonic(), old)
            elif known.stat != stat:
                self._candidates[name] = Candidate(stat, time.monotonic(), old=False)

    def _try_again(self, name: str) -> None:
        """Take a file up again that the system did not let be read, if it does now."""
        self._kept[name] = time.monotonic() + _RETRY_S
        try:
            with (self._folder / name).open("rb") as file:
                file.read(1)
        except OSError:
            return
        del self._kept[name]
        self._update(name, self._watch.check(name))
