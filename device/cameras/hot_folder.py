"""A folder into which a tethered camera puts its photos: each becomes one shot, once and for all.

Nothing in the folder is changed, moved or deleted. Subfolders are ignored, and so are links, which
could lead anywhere.
"""

from __future__ import annotations

import hashlib
import heapq
import logging
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from device.cameras.camera import CameraLostError, CameraTimeoutError, PassedOverError
from device.cameras.folder_memory import FolderMemory, Version
from device.cameras.folder_watch import FolderWatch, Stat
from device.cameras.photo_folder import DAMAGED_S, SETTLE_S
from device.cameras.reading_mark import ReadingMark
from device.contract.text import format_count, strip_unprintable
from device.errors import UsageError
from device.imaging.frame import Frame
from device.imaging.photo import read_photo
from device.imaging.picture_error import MemoryShortError, describe_error
from device.system.path_check import is_file, is_folder

_LOG = logging.getLogger(__name__)
# Looked at again and again, as inotify does not see what other machines write to a network share.
_POLL_S = 0.25
# A raw scan of 150 megapixels in 16 bits; larger files are not read at all.
_LARGEST_BYTES = 1_000_000_000
# A file that the system kept from being read may be given free, or the disk may have recovered.
_RETRY_S = 5.0
_LONGEST_SENTENCE = 300
# Files that cannot be read yet hold up the others behind them for no longer than this.
_MOST_TRIED = 64


@dataclass(slots=True)
class _Candidate:
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


class HotFolder:
    """Waits for photos, and repeats each until its shot is on disk.

    Implements `device.cameras.camera.Camera` and `RememberingCamera`. A file is read when its size
    and time have not changed for a second. One that cannot be read then may be a copy that pauses;
    it is passed over if it still cannot be read seconds later. A changed file, or the same name
    with other content, is a new picture.
    """

    live = False

    def __init__(self, folder: Path, memory: FolderMemory) -> None:
        """Start watching.

        Args:
            folder: must exist; may be empty.
            memory: what was shot before; outlives this object.

        Raises:
            UsageError: it is no folder or cannot be listed.
        """
        self.name = f"folder:{folder}"
        self._folder = folder
        self._memory = memory
        self._watch = FolderWatch(folder, memory.knows)
        self._candidates: dict[str, _Candidate] = {}
        # Files that the system does not let be read, by name: when to try again.
        self._kept: dict[str, float] = {}
        self._told: dict[str, Stat] = {}
        self._mark = ReadingMark(memory.mark_path)
        self._last_read: Version | None = None
        self._sequence = 0
        if is_file(folder):
            raise UsageError(f"{folder} is a file: name the folder into which the photos come")
        if not is_folder(folder):
            raise UsageError(f"there is no folder {folder}: make it, or correct the path")
        left_out = [name for name in memory.passed_over if is_file(folder / name)]
        if left_out:
            _LOG.warning(
                "%s that earlier runs passed over stay left out until they change (first %s)",
                format_count(len(left_out), "photo"),
                strip_unprintable(left_out[0], 60),
            )
        try:
            os.scandir(folder).close()
        except OSError as error:
            raise UsageError(f"folder {folder} cannot be read ({error.strerror})") from None

    @property
    def findings(self) -> tuple[str, ...]:
        """What lies in the folder and is not read, one sentence for each kind of thing."""
        kept = sorted(self._kept)
        if not kept:
            return self._watch.survey.findings
        photos = f"{format_count(len(kept), 'photo')} in {self._folder} cannot be read"
        first = strip_unprintable(kept[0], 60)
        mend = "give this user the right to read them, and they are shot"
        return (*self._watch.survey.findings, f"{photos} (first {first}): {mend}")

    def read(self, timeout_s: float) -> Frame:
        """Return the oldest photo that is complete and was not shot; see the contract.

        Raises:
            CameraTimeoutError: there is none at the moment.
            PassedOverError: a file is damaged or no photo; it is named.
            CameraLostError: the folder is gone.
        """
        deadline_s = time.monotonic() + timeout_s
        while True:
            try:
                self._update_candidates()
            except OSError as error:
                raise CameraLostError(f"{self.name} cannot be read ({error.strerror})") from error
            for name in self._list_quiet():
                frame = self._read_candidate(name)
                if frame is not None:
                    return frame
            self._memory.flush()
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                raise CameraTimeoutError(f"{self.name} has no new photo")
            time.sleep(min(_POLL_S, left_s))

    def remember(self, frame: Frame) -> None:
        """Never give the last photo again; see the contract."""
        version = self._take_last(frame)
        if version is not None:
            self._memory.add(version)

    def pass_over(self, frame: Frame, *, until_restart: bool = False) -> None:
        """Do not give the last photo again until it changes; see the contract."""
        version = self._take_last(frame)
        if version is not None:
            self._memory.pass_over(version, until_restart=until_restart)

    def close(self) -> None:
        """Stop watching. Safe to call twice."""
        self._mark.end()
        self._candidates.clear()

    def _take_last(self, frame: Frame) -> Version | None:
        self._mark.end()
        version = self._last_read
        if version is None or version.name != frame.source:
            return None
        self._last_read = None
        self._candidates.pop(version.name, None)
        self._watch.note_recent(version.name)
        return version

    def _update_candidates(self) -> None:
        """Add files that are new or have changed, and forget those that are gone."""
        now_s = time.monotonic()
        for name, stat in self._watch.look().items():
            self._update(name, stat, now_s)
        # Those that somebody may be writing to; the others are looked at when they are read.
        for name in [name for name, each in self._candidates.items() if not each.old]:
            self._update(name, self._watch.check(name), now_s)
        for name in [name for name, retry_s in self._kept.items() if now_s >= retry_s]:
            self._try_again(name, now_s)

    def _update(self, name: str, stat: Stat | None, now_s: float) -> None:
        if stat is None:
            self._candidates.pop(name, None)
            self._kept.pop(name, None)
            self._told.pop(name, None)
        elif self._memory.has_seen(name, *stat):
            self._candidates.pop(name, None)
        elif name not in self._kept:
            known = self._candidates.get(name)
            if known is None:
                old = time.time() - stat[1] / 1e9 >= SETTLE_S
                self._candidates[name] = _Candidate(stat, now_s, old)
            elif known.stat != stat:
                self._candidates[name] = _Candidate(stat, now_s, old=False)

    def _try_again(self, name: str, now_s: float) -> None:
        """Take a file up again that the system did not let be read, if it does now."""
        self._kept[name] = now_s + _RETRY_S
        try:
            with (self._folder / name).open("rb") as file:
                file.read(1)
        except OSError:
            return
        del self._kept[name]
        self._update(name, self._watch.check(name), now_s)

    def _list_quiet(self) -> list[str]:
        """Return the names of files that may be read, in the order in which they were written."""
        now_s = time.monotonic()
        ready = (
            (name == self._mark.suspect, candidate.stat[1], name)
            for name, candidate in self._candidates.items()
            if candidate.is_quiet(now_s)
        )
        return [name for _, _, name in heapq.nsmallest(_MOST_TRIED, ready)]

    def _read_candidate(self, name: str) -> Frame | None:
        candidate, path = self._candidates[name], self._folder / name
        version = Version(name, *candidate.stat, "")
        try:
            if self._watch.check(name) != candidate.stat:
                self._update(name, self._watch.check(name), time.monotonic())
                return None  # It was written again meanwhile.
            self._mark.begin(name)
            version = replace(version, sha256=_hash_file(path, candidate.stat[0]))
            if self._was_shot(version):
                self._mark.end()
                return None
            frame = read_photo(path, sequence=self._sequence)
        except Exception as error:  # noqa: BLE001 - whatever a file brings about ends no rig
            self._wait_or_pass_over(version, candidate, error)
            return None
        if self._watch.check(name) != candidate.stat:
            self._mark.end()
            return None  # The next look finds the new content.
        self._last_read = version
        self._sequence += 1
        return replace(frame, source_sha256=version.sha256)

    def _was_shot(self, version: Version) -> bool:
        """Whether this content was shot: the file was only touched, or a crash lost its listing."""
        newest = self._memory.newest
        lost = newest is not None and (newest.source, newest.sha256) == (
            strip_unprintable(version.name),
            version.sha256,
        )
        if not lost and not self._memory.contains(version):
            return False
        self._memory.add(version)
        self._candidates.pop(version.name, None)
        return True

    def _wait_or_pass_over(self, version: Version, candidate: _Candidate, error: Exception) -> None:
        self._mark.end()
        name = version.name
        if candidate.quiet_s < DAMAGED_S and not isinstance(error, PermissionError):
            candidate.quiet_s, candidate.since_s = DAMAGED_S, time.monotonic()
            return
        self._candidates.pop(name, None)
        if isinstance(error, OSError):
            # The file itself may be whole: a right is missing, a share or a disk fails.
            self._kept[name] = time.monotonic() + _RETRY_S
            if self._told.get(name) == candidate.stat:
                return
            self._told[name] = candidate.stat
            reason = f"{name} cannot be read ({error.strerror or error}); it is tried again"
        else:
            short = isinstance(error, (MemoryError, MemoryShortError))
            self._memory.pass_over(version, until_restart=short)
            known = isinstance(error, UsageError)
            reason = str(error) if known else f"{name}: {describe_error(error)}"
        sentence = strip_unprintable(f"a photo was passed over: {reason}", _LONGEST_SENTENCE)
        raise PassedOverError(sentence, name) from error


def _hash_file(path: Path, size_bytes: int) -> str:
    if size_bytes > _LARGEST_BYTES:
        raise UsageError(f"{path} has more than {_LARGEST_BYTES // 10**6} MB: no photo has")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
