"""Shots on their way to the broker, kept on disk until the broker has them.

One folder per shot: ``spool/SHOT_ID/`` with its picture and ``shot.json``. A shot is written
under a temporary name, synced, and renamed, so a folder with a shot's name is always whole; it is
renamed away before it is deleted, so half a shot never carries a shot's name.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from device.contract.names import is_name, is_shot_id
from device.contract.shot_id import parse_serial
from device.contract.text import format_count
from device.errors import WorkError
from device.shots.shot_folder import (
    ANNOUNCEMENT,
    delete_shot,
    measure_folder,
    name_picture,
    quarantine_shot,
    read_picture,
)
from device.system.durable_file import sync_folder, write_synced
from device.system.state_file import parse_object, put_aside

_LOG = logging.getLogger(__name__)
_PART = ".part-"
_GONE = ".gone-"


class SpoolError(WorkError):
    """The shot could not be made durable: the disk is full, read-only or gone, or the limit."""


class TornShotError(WorkError):
    """A shot in the spool is not as it was written."""


@dataclass(frozen=True, slots=True)
class SpooledShot:
    """A shot as read back from disk, and found whole.

    Attributes:
        id: the shot's id.
        rig: the rig that took it.
        picture: the picture's bytes, PNG or WebP.
        announcement: the JSON's bytes.
        sha256: of the picture, hexadecimal.
        request_id: of the command that asked for it, or None.
    """

    id: str
    rig: str
    picture: bytes
    announcement: bytes
    sha256: str
    request_id: str | None


class _Waiting(NamedTuple):
    """What is kept in memory of a shot: ten thousand may wait.

    Attributes:
        size_bytes: on disk.
        since_s: when it began to wait, on the monotonic clock: the other one jumps, by years where
            a machine starts without a clock and finds a time server.
    """

    size_bytes: int
    since_s: float


class Spool:
    """The queue between the shooting thread, which adds, and the delivery thread, which removes.

    Shots leave in the order of their serial numbers. Their pictures are on disk alone: in memory
    each takes some hundred bytes.
    """

    def __init__(self, state_dir: Path, max_bytes: int, max_age_s: float = float("inf")) -> None:
        """Open the spool and take in what an earlier run left.

        Args:
            state_dir: where ``spool/`` and ``torn/`` are, made if missing.
            max_bytes: a shot that would exceed this is refused.
            max_age_s: new shots are refused while one has waited longer; none is ever dropped.

        Raises:
            SpoolError: the folders cannot be made or read.
        """
        self._folder = state_dir / "spool"
        self._torn = state_dir / "torn"
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self._lock = threading.Lock()
        self._waiting: dict[str, _Waiting] = {}
        self._size_bytes = 0
        self._undeleted: dict[str, str] = {}  # Delivered shots that the disk does not give up.
        self._queue: deque[str] = deque()
        try:
            for folder in (self._folder, self._torn):
                if folder.is_file():
                    put_aside(folder, "it is no folder")
                folder.mkdir(parents=True, exist_ok=True)
            self._recover()
        except OSError as error:
            raise SpoolError(
                f"the spool {self._folder} cannot be used ({error.strerror}): give --state-dir a"
                " folder that this user may write"
            ) from error

    @property
    def depth(self) -> int:
        """Number of shots that wait."""
        return len(self._waiting)

    @property
    def size_bytes(self) -> int:
        """Bytes of the shots that wait."""
        return self._size_bytes

    @property
    def trouble(self) -> str | None:
        """What is wrong with the disk, for people; None when nothing is known to be."""
        undeleted = list(self._undeleted.values())
        if not undeleted:
            return None
        return f"{len(undeleted)} delivered shots cannot be deleted from the disk ({undeleted[-1]})"

    @property
    def newest(self) -> str | None:
        """The id of the waiting shot with the highest serial number, or None."""
        with self._lock:
            return self._queue[-1] if self._queue else None

    @property
    def newest_serial(self) -> int:
        """The highest serial number that waits, or 0."""
        with self._lock:
            return max(map(parse_serial, self._waiting), default=0)

    def add(self, shot_id: str, picture: bytes, announcement: bytes) -> None:
        """Make a shot durable. It is delivered only after `release`.

        Raises:
            SpoolError: it could not be; nothing of it is left.
        """
        size = len(picture) + len(announcement)
        waited_s = self._longest_wait_s()
        if waited_s > self._max_age_s:
            raise SpoolError(
                f"a shot has waited in the spool for {waited_s / 86400:.1f} days: see why the"
                " broker takes none, or raise spool_max_days"
            )
        if self.size_bytes + size > self._max_bytes:
            raise SpoolError(
                f"the spool is full ({self.depth} shots, {self.size_bytes / 1e6:.0f} MB): see why"
                " the broker takes none, or raise spool_max_mb"
            )
        part = self._folder / f"{_PART}{shot_id}"
        try:
            part.mkdir()
            write_synced(part / name_picture(picture), picture)
            write_synced(part / ANNOUNCEMENT, announcement)
            sync_folder(part)
            part.rename(self._folder / shot_id)
            sync_folder(self._folder)
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            raise SpoolError(
                f"shot {shot_id} could not be written to {self._folder} ({error.strerror})"
            ) from error
        with self._lock:
            self._take_in(shot_id, size, time.monotonic())

    def release(self, shot_id: str) -> None:
        """Let the delivery thread have a shot that was added."""
        with self._lock:
            self._queue.append(shot_id)

    def oldest(self, but: Collection[str] = ()) -> str | None:
        """Return the id of the shot to deliver next, except ``but``; None when none waits."""
        with self._lock:
            return next((shot_id for shot_id in self._queue if shot_id not in but), None)

    def size_of(self, shot_id: str) -> int:
        """Return how many bytes a waiting shot has on disk."""
        return self._waiting[shot_id].size_bytes

    def load(self, shot_id: str) -> SpooledShot:
        """Read a shot back.

        Raises:
            TornShotError: it is missing, or not what was written.
        """
        folder = self._folder / shot_id
        try:
            picture = read_picture(folder)
            announcement = (folder / ANNOUNCEMENT).read_bytes()
            known = parse_object(announcement)
            sha256 = hashlib.sha256(picture).hexdigest()
            rig, request_id = known["rig"], known["request_id"]
            whole = known["id"] == shot_id and known["sha256"] == sha256
            named = is_name(rig) and (request_id is None or is_name(request_id))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TornShotError(f"shot {shot_id} in the spool is not whole: {error}") from error
        if not named:
            raise TornShotError(f"shot {shot_id} in the spool is not whole: it names no rig")
        if not whole:
            raise TornShotError(f"shot {shot_id} in the spool is not whole: its checksum differs")
        return SpooledShot(shot_id, rig, picture, announcement, sha256, request_id)

    def waiting(self) -> tuple[str, ...]:
        """Return the ids of all shots that may be delivered, oldest first."""
        with self._lock:
            return tuple(self._queue)

    def remove(self, shot_id: str) -> None:
        """Forget a shot that the broker has acknowledged."""
        self._forget(shot_id)
        self._delete(shot_id)

    def tidy(self) -> None:
        """Try once more to delete delivered shots that resisted; cheap when there is none."""
        for shot_id in list(self._undeleted):
            if not self._delete(shot_id):
                return

    def _delete(self, shot_id: str) -> bool:
        gone = self._folder / f"{_GONE}{shot_id}"
        try:
            (self._folder / shot_id).rename(gone)
        except OSError as error:
            # It is not sent again, but for after a restart: subscribers know it by its id.
            if not self._undeleted:
                _LOG.warning("delivered shot %s stays on disk (%s)", shot_id, error.strerror)
            self._undeleted[shot_id] = str(error.strerror)
            return False
        self._undeleted.pop(shot_id, None)
        delete_shot(gone)
        return True

    def hold(self, shot_id: str) -> None:
        """Keep a shot on disk and let those behind it go ahead, until `unhold` or a restart."""
        with self._lock:
            self._queue.remove(shot_id)

    def unhold(self, shot_id: str) -> None:
        """Put a held shot back into its place in the order."""
        with self._lock:
            self._queue = deque(sorted({*self._queue, shot_id}, key=_order))

    def quarantine(self, shot_id: str, reason: str) -> None:
        """Put a torn shot aside, where a person can look at it."""
        self._forget(shot_id)
        quarantine_shot(self._folder / shot_id, self._torn / shot_id, reason)

    def _longest_wait_s(self) -> float:
        with self._lock:
            # Of those that may go: one that the broker cannot take must not stop the studio.
            oldest = self._queue[0] if self._queue else None
            return 0.0 if oldest is None else time.monotonic() - self._waiting[oldest].since_s

    def _take_in(self, shot_id: str, size_bytes: int, since_s: float) -> None:
        self._waiting[shot_id] = _Waiting(size_bytes, since_s)
        self._size_bytes += size_bytes

    def _forget(self, shot_id: str) -> None:
        with self._lock:
            waiting = self._waiting.pop(shot_id, None)
            self._size_bytes -= 0 if waiting is None else waiting.size_bytes
            with contextlib.suppress(ValueError):  # One that was held is in no queue.
                self._queue.remove(shot_id)

    def _recover(self) -> None:
        now_s, wall_s = time.monotonic(), time.time()
        with os.scandir(self._folder) as entries:
            for entry in entries:
                path = self._folder / entry.name
                if entry.name.startswith(_GONE):
                    shutil.rmtree(path, ignore_errors=True)
                elif is_shot_id(entry.name) and (size := _measure_shot(entry)) is not None:
                    # A clock that was set back while nobody looked makes no shot younger than new.
                    age_s = max(0.0, wall_s - entry.stat(follow_symlinks=False).st_mtime)
                    self._take_in(entry.name, size, now_s - age_s)
                else:
                    quarantine_shot(
                        path, self._torn / entry.name.lstrip("."), "it was never finished"
                    )
        self._queue.extend(sorted(self._waiting, key=_order))
        if self._queue:
            _LOG.info(
                "of an earlier run wait in the spool: %s", format_count(len(self._queue), "shot")
            )


def _measure_shot(entry: os.DirEntry[str]) -> int | None:
    """Return the bytes of a shot's folder; None where it is none, or holds more than files."""
    try:
        return measure_folder(entry.path) if entry.is_dir(follow_symlinks=False) else None
    except OSError:
        return None


def _order(shot_id: str) -> tuple[int, str]:
    return parse_serial(shot_id), shot_id
