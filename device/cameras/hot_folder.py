"""A folder into which a tethered camera puts its photos: each becomes one shot, once and for all.

Nothing in the folder is changed, moved or deleted. Subfolders are ignored, and so are links, which
could lead anywhere.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from dataclasses import replace
from pathlib import Path

from device.cameras.camera import CameraLostError, CameraTimeoutError, PassedOverError
from device.cameras.folder_memory import FolderMemory, Version
from device.cameras.folder_watch import FolderWatch
from device.cameras.hot_candidates import HotCandidates
from device.cameras.reading_mark import ReadingMark
from device.contract.text import format_count, strip_unprintable
from device.errors import UsageError
from device.imaging.frame import Frame
from device.imaging.photo import read_photo
from device.imaging.picture_error import MemoryShortError, UnreadableError, describe_error
from device.system.path_check import is_file, is_folder

_LOG = logging.getLogger(__name__)
# Looked at again and again, as inotify does not see what other machines write to a network share.
_POLL_S = 0.25
# A raw scan of 150 megapixels in 16 bits; larger files are not read at all.
_LARGEST_BYTES = 1_000_000_000
_LONGEST_SENTENCE = 300


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
        self._candidates = HotCandidates(folder, self._watch, memory)
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
        kept = self._candidates.kept
        if not kept:
            return self._watch.survey.findings
        photos = f"{format_count(len(kept), 'photo')} in {self._folder} cannot be read"
        first = strip_unprintable(kept[0], 60)
        fix = "give this user the right to read them, or repair the disk, and they are shot"
        return (*self._watch.survey.findings, f"{photos} (first {first}): {fix}")

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
                self._candidates.update()
            except OSError as error:
                raise CameraLostError(f"{self.name} cannot be read ({error.strerror})") from error
            for name in self._candidates.list_quiet(self._mark.suspect):
                frame = self._read_candidate(name)
                if frame is not None:
                    return frame
            self._memory.flush()
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                raise CameraTimeoutError(f"{self.name} has no new photo")
            time.sleep(min(_POLL_S, left_s))

    def has(self, picture: str) -> bool:
        """Return whether a file is still in the folder; see `FolderCamera`."""
        return os.path.lexists(self._folder / picture)

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
        self._candidates.drop(version.name)
        self._watch.note_recent(version.name)
        return version

    def _read_candidate(self, name: str) -> Frame | None:
        version = Version(name, 0, 0, "")
        try:
            candidate = self._candidates.take(name)
            if candidate is None:
                return None  # It was written again meanwhile.
            self._mark.begin(name)
            version = Version(name, *candidate.stat, "")
            version = replace(version, sha256=_hash_file(self._folder / name, version.size_bytes))
            if self._was_shot(version):
                self._mark.end()
                return None
            self._mark.refuse(name)
            frame = read_photo(self._folder / name, sequence=self._sequence)
            if self._candidates.take(name) is None:
                self._mark.end()
                return None  # The next look finds the new content.
        except Exception as error:  # noqa: BLE001 - whatever a file brings about ends no rig
            self._wait_or_pass_over(version, error)
            return None
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
        self._candidates.drop(version.name)
        return True

    def _wait_or_pass_over(self, version: Version, error: Exception) -> None:
        self._mark.end()
        name = version.name
        if isinstance(error, UnreadableError) and isinstance(error.__cause__, OSError):
            error = error.__cause__
        if not isinstance(error, PermissionError) and self._candidates.wait(name):
            return
        if isinstance(error, OSError):
            # The file itself may be whole: a right is missing, a share or a disk fails.
            if not self._candidates.keep(name):
                return
            reason = f"{name} cannot be read ({error.strerror or error}); it is tried again"
        else:
            self._candidates.drop(name)
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
