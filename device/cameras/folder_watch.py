"""What has changed in a folder of many photos, for hardly any work while nothing does.

Nothing tells of a file that another machine writes to a network share, so the folder is looked at
again and again. Its own time of last change is read each time; its names are listed when that has
moved, and now and then all the same, as some shares never move it; and of the files that are known
a few are looked at each time, one after the other, as a file that is written anew under its name
moves nothing but its own time. Each has its share of the time, so that a hundred thousand photos
cost no more than a hundred.
"""

from __future__ import annotations

import os
import stat
import time
from collections import deque
from collections.abc import Callable, Iterator
from os import scandir
from pathlib import Path

from device.cameras.folder_survey import FolderSurvey
from device.imaging.photo import SUFFIXES

Stat = tuple[int, int]
"""Size and time of last change, in nanoseconds."""

# So much longer than a listing takes is the pause until the next that nothing calls for.
_LISTING_PAUSE = 200
_LEAST_PAUSE_S = 0.25
# File systems round their times, by up to two seconds (FAT).
_ROUNDED_S = 2.5
_TICK_NS = 20_000_000
# For looking at known files, each time: 400 of a local disk, and of a slow share at least a few.
_SWEEP_S = 0.001
_LEAST_SWEPT = 4
# A retake is mostly of one of the last.
_RECENT = 8


class FolderWatch:
    """Finds files that are new, changed or gone. Raises `OSError` where the folder cannot be read.

    Attributes:
        survey: what lies in the folder that is never read.
    """

    def __init__(self, folder: Path, is_known: Callable[[str], bool]) -> None:
        """Look at nothing yet.

        Args:
            folder: what to watch.
            is_known: whether a file of that name need not be looked at as soon as it is found.
        """
        self._folder = folder
        self._is_known = is_known
        self._names: dict[str, None] = {}
        self._changed_ns: int | None = None
        self._listing_due_s = 0.0
        self._sweep: Iterator[str] = iter(())
        self._recent: deque[str] = deque(maxlen=_RECENT)
        self.survey = FolderSurvey(folder)

    def look(self) -> dict[str, Stat | None]:
        """Return what may have changed since the last call: None for a file that is gone.

        Of files that have not changed some are returned too.
        """
        now_s = time.monotonic()
        changed_ns = self._folder.stat().st_mtime_ns
        moved = changed_ns != self._changed_ns
        found: dict[str, Stat | None] = {}
        if moved or now_s >= self._listing_due_s:
            # What comes within a tick of the system's clock does not move it again.
            racy = abs(time.time_ns() - changed_ns) < _TICK_NS
            found |= self._list()
            took_s = time.monotonic() - now_s
            self._changed_ns = None if racy else changed_ns
            pause_s = max(_LEAST_PAUSE_S, _LISTING_PAUSE * took_s)
            if moved:
                pause_s = min(pause_s, _ROUNDED_S)
            self._listing_due_s = now_s + pause_s
        found |= self._look_at_known()
        return found

    def note_recent(self, name: str) -> None:
        """Look at a file each time for a while."""
        self._recent.append(name)

    def check(self, name: str) -> Stat | None:
        """Return size and time of a file; None where it is gone or became something else."""
        try:
            now = os.stat(self._folder / name, follow_symlinks=False)  # noqa: PTH116 - often called
        except (FileNotFoundError, NotADirectoryError):
            now = None
        if now is None or not stat.S_ISREG(now.st_mode):
            self._names.pop(name, None)
            return None
        return now.st_size, now.st_mtime_ns

    def _list(self) -> dict[str, Stat | None]:
        found: dict[str, Stat | None] = {}
        names, listed = self._names, 0
        self.survey.begin()
        with scandir(self._folder) as entries:
            for entry in entries:
                name = entry.name
                if name in names:
                    listed += 1
                    continue
                if not _is_photo_name(name) or not entry.is_file(follow_symlinks=False):
                    self.survey.add(entry)
                    continue
                listed += 1
                found[name] = None
        for name in list(found):
            names[name] = None
            if self._is_known(name):
                del found[name]
            else:
                found[name] = self.check(name)
        if listed != len(names):
            found |= self._find_gone()
        self.survey.end(names)
        return found

    def _find_gone(self) -> dict[str, Stat | None]:
        with scandir(self._folder) as entries:
            there = {entry.name for entry in entries}
        gone = [name for name in self._names if name not in there]
        for name in gone:
            del self._names[name]
        return dict.fromkeys(gone)

    def _look_at_known(self) -> dict[str, Stat | None]:
        end_s = time.monotonic() + _SWEEP_S
        found = {name: self.check(name) for name in self._recent}
        for swept in range(len(self._names)):
            if swept >= _LEAST_SWEPT and time.monotonic() > end_s:
                break
            name = next(self._sweep, None)
            if name is None:
                self._sweep = iter(list(self._names))
                name = next(self._sweep, None)
            if name is None:  # All are gone.
                break
            found[name] = self.check(name)
        return found


def _is_photo_name(name: str) -> bool:
    """As `device.imaging.photo.is_photo`, without making a path of each of many names."""
    dot = name.rfind(".")
    return dot > 0 and name[dot:].lower() in SUFFIXES and name[0] != "."
