"""A folder into which a tethered camera puts its photos: each becomes one shot, once and for all.

Nothing in the folder is changed, moved or deleted. Subfolders are ignored, and so are links, which
could lead anywhere.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from device.cameras.camera import CameraLostError, CameraTimeoutError, PassedOverError
from device.cameras.folder_memory import FolderMemory, Version
from device.cameras.photo_folder import DAMAGED_S, SETTLE_S
from device.contract.shot_id import format_time
from device.contract.text import strip_unprintable
from device.errors import UsageError
from device.imaging.frame import Frame
from device.imaging.photo import is_photo, read_capture_time, read_photo
from device.system.path_check import is_file, is_folder

# Listed again and again, as inotify does not see what other machines write to a network share.
_POLL_S = 0.25
# A raw scan of 150 megapixels in 16 bits; larger files are not read at all.
_LARGEST_BYTES = 1_000_000_000


@dataclass(slots=True)
class _Candidate:
    """A file that was not shot yet.

    Attributes:
        stat: its size and time of last change when it was listed last.
        since_s: since when it has had them, on the monotonic clock.
        old: whether it had not changed for a while when it was found.
        quiet_s: how long it must stay unchanged to be read.
    """

    stat: tuple[int, int]
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
        self._candidates: dict[str, _Candidate] = {}
        # Damaged files, by name, until they change. A restart reads them once more.
        self._passed_over: dict[str, tuple[int, int]] = {}
        self._last_read: Version | None = None
        self._sequence = 0
        if is_file(folder):
            raise UsageError(f"{folder} is a file: name the folder into which the photos come")
        if not is_folder(folder):
            raise UsageError(f"there is no folder {folder}: make it, or correct the path")
        try:
            os.scandir(folder).close()
        except OSError as error:
            raise UsageError(f"folder {folder} cannot be read ({error.strerror})") from None

    def read(self, timeout_s: float) -> Frame:
        """Return the oldest photo that is complete and was not shot; see the contract.

        Raises:
            CameraTimeoutError: there is none at the moment.
            PassedOverError: a file is damaged or no photo; it is named.
            CameraLostError: the folder is gone.
        """
        deadline_s = time.monotonic() + timeout_s
        while True:
            self._update_candidates()
            for name in self._list_quiet():
                frame = self._read_candidate(name)
                if frame is not None:
                    return frame
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                raise CameraTimeoutError(f"{self.name} has no new photo")
            time.sleep(min(_POLL_S, left_s))

    def remember(self, frame: Frame) -> None:
        """Never give the last photo again; see the contract."""
        if self._last_read is not None and self._last_read.name == frame.source:
            self._memory.add(self._last_read)
            self._candidates.pop(self._last_read.name, None)
            self._last_read = None

    def pass_over(self, frame: Frame) -> None:
        """Leave out the last photo until it changes; see the contract."""
        candidate = self._candidates.pop(frame.source, None)
        if candidate is not None:
            self._passed_over[frame.source] = candidate.stat

    def close(self) -> None:
        """Stop watching. Safe to call twice."""
        self._candidates.clear()

    def _update_candidates(self) -> None:
        """List the folder: add new files, forget those that are gone, restart changed ones."""
        now_s, found = time.monotonic(), dict(self._list_files())
        for name, stat in found.items():
            if self._memory.has_seen(name, *stat) or self._passed_over.get(name) == stat:
                self._candidates.pop(name, None)
                continue
            known = self._candidates.get(name)
            if known is None:
                old = time.time() - stat[1] / 1e9 >= SETTLE_S
                self._candidates[name] = _Candidate(stat, now_s, old)
            elif known.stat != stat:
                self._candidates[name] = _Candidate(stat, now_s, old=False)
        for name in self._candidates.keys() - found.keys():
            del self._candidates[name]

    def _list_files(self) -> Iterator[tuple[str, tuple[int, int]]]:
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if is_photo(Path(entry.name)) and entry.is_file(follow_symlinks=False):
                        try:
                            stat = entry.stat(follow_symlinks=False)
                        except FileNotFoundError:  # It was deleted after it was listed.
                            continue
                        yield entry.name, (stat.st_size, stat.st_mtime_ns)
        except OSError as error:
            raise CameraLostError(f"{self.name} cannot be read ({error.strerror})") from error

    def _list_quiet(self) -> list[str]:
        """Return the names of files that may be read, in the order in which they were written."""
        now_s = time.monotonic()
        ready = [
            (candidate.stat[1], name)
            for name, candidate in self._candidates.items()
            if candidate.is_quiet(now_s)
        ]
        return [name for _, name in sorted(ready)]

    def _read_candidate(self, name: str) -> Frame | None:
        candidate, path = self._candidates[name], self._folder / name
        try:
            version = self._identify(path, candidate)
            if version is None or self._was_shot(version, path):
                return None
            frame = read_photo(path, sequence=self._sequence)
        except (UsageError, OSError) as error:
            self._wait_or_pass_over(name, candidate, error)
            return None
        if not _is_unchanged(path, candidate.stat):
            return None  # It was written again meanwhile: the next listing finds the new content.
        self._last_read = version
        self._sequence += 1
        return frame

    def _identify(self, path: Path, candidate: _Candidate) -> Version | None:
        if candidate.stat[0] > _LARGEST_BYTES:
            raise UsageError(f"{path} has more than {_LARGEST_BYTES // 10**6} MB: no photo has")
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        if not _is_unchanged(path, candidate.stat):
            return None
        return Version(path.name, *candidate.stat, digest.hexdigest())

    def _was_shot(self, version: Version, path: Path) -> bool:
        """Whether this content was shot: the file was only touched, or a crash lost its listing."""
        if not self._memory.contains(version) and not self._was_last(version, path):
            return False
        self._memory.add(version)
        self._candidates.pop(version.name, None)
        return True

    def _was_last(self, version: Version, path: Path) -> bool:
        """Whether the newest shot in the spool is of this file."""
        last = self._memory.shot_last
        if last is None or last[0] != strip_unprintable(version.name):
            return False
        return last[1] == format_time(read_capture_time(path))

    def _wait_or_pass_over(self, name: str, candidate: _Candidate, error: Exception) -> None:
        if candidate.quiet_s < DAMAGED_S:
            candidate.quiet_s, candidate.since_s = DAMAGED_S, time.monotonic()
            return
        self._passed_over[name] = candidate.stat
        self._candidates.pop(name, None)
        raise PassedOverError(f"a photo was passed over: {error}", name) from error


def _is_unchanged(path: Path, stat: tuple[int, int]) -> bool:
    try:
        now = path.stat(follow_symlinks=False)
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns) == stat
