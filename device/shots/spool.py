"""Shots on their way to the broker, kept on disk until the broker has them.

One folder per shot: ``spool/SHOT_ID/`` with its picture and ``shot.json``. A shot is written
under a temporary name, synced, and renamed, so a folder with a shot's name is always whole. When
it is delivered it is renamed into the archive.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Collection
from pathlib import Path

from device.contract.names import is_shot_id
from device.contract.shot_id import order_shots, parse_serial
from device.contract.text import format_count
from device.errors import WorkError
from device.shots.archive import Archive
from device.shots.shot_folder import (
    GONE,
    clear_away,
    delete_shot,
    has_room,
    measure_folder,
    write_shot,
)
from device.shots.spooled_shot import SpooledShot, read_shot
from device.shots.torn_folder import TornFolder
from device.shots.waiting_shot import WaitingShot
from device.system.state_file import put_aside

_LOG = logging.getLogger(__name__)
# A disk that says so may have room again when the archive gives way.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class SpoolError(WorkError):
    """The shot could not be made durable: the disk is full, read-only or gone, or the limit."""


class Spool:
    """The queue between the shooting thread, which adds, and the delivery thread, which removes.

    Shots leave in the order of their serial numbers. Their pictures are on disk alone: in memory
    each takes some hundred bytes.

    Attributes:
        archive: where delivered shots go.
        torn: where torn shots go.
    """

    def __init__(
        self,
        state_dir: Path,
        max_bytes: int,
        max_age_s: float = float("inf"),
        *,
        archive_bytes: int = 0,
        archive_age_s: float = float("inf"),
    ) -> None:
        """Open the spool and take in what an earlier run left.

        Args:
            state_dir: where ``spool/``, ``archive/`` and ``torn/`` are, made if missing.
            max_bytes: a shot that would exceed this is refused.
            max_age_s: new shots are refused while one has waited longer; none is ever dropped.
            archive_bytes: how much of what was delivered is kept; 0 deletes it.
            archive_age_s: for how long.

        Raises:
            SpoolError: the folders cannot be made or read.
        """
        self._folder = state_dir / "spool"
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self._lock = threading.Lock()
        self._waiting: dict[str, WaitingShot] = {}
        self._size_bytes = 0
        self._tried_bytes = 0  # Of the last shot, taken or not.
        self._undeleted: dict[str, str] = {}  # Delivered shots that the disk does not give up.
        self._queue: deque[str] = deque()
        try:
            if self._folder.is_file():
                put_aside(self._folder, "it is no folder")
            self._folder.mkdir(parents=True, exist_ok=True)
            self.torn = TornFolder(state_dir / "torn")
            self._recover()
            self.archive = Archive(state_dir, archive_bytes, archive_age_s, self.torn)
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
    def troubles(self) -> tuple[str, ...]:
        """What is wrong with the disk, one sentence each, for people."""
        undeleted = list(self._undeleted.values())
        stuck = f"{len(undeleted)} delivered shots cannot be deleted from the disk"
        found = (
            *(f"{stuck} ({undeleted[-1]})" if undeleted else None, self.archive.trouble),
            self.torn.trouble,
        )
        return tuple(trouble for trouble in found if trouble is not None)

    @property
    def newest(self) -> str | None:
        """The id of the waiting shot with the highest serial number, or None."""
        with self._lock:
            return self._queue[-1] if self._queue else None

    @property
    def newest_serial(self) -> int:
        """The highest serial number on the disk, or 0."""
        with self._lock:
            return max(map(parse_serial, (*self._waiting, *self.archive.shot_ids)), default=0)

    def add(self, shot_id: str, picture: bytes, announcement: bytes) -> None:
        """Make a shot durable. It is delivered only after `release`.

        Raises:
            SpoolError: it could not be; nothing of it is left.
        """
        size = self._tried_bytes = len(picture) + len(announcement)
        waited_s = self._longest_wait_s()
        if waited_s > self._max_age_s:
            raise SpoolError(
                f"a shot has waited in the spool for {waited_s / 86400:.1f} days: see why the"
                " broker takes none, or raise spool_max_days"
            )
        if self.size_bytes + size > self._max_bytes:
            raise SpoolError(
                f"the spool is full ({self.depth} shots, {self.size_bytes / 1e6:.0f} MB): see in"
                " the status why none leaves it, or raise spool_max_mb"
            )
        while True:
            try:
                write_shot(self._folder, shot_id, picture, announcement)
                break
            except OSError as error:
                if error.errno in NO_ROOM and self.archive.give_way(size):
                    continue
                raise SpoolError(
                    f"shot {shot_id} could not be written to {self._folder} ({error.strerror})"
                ) from error
        with self._lock:
            self._take_in(shot_id, size, time.monotonic())

    def has_room(self) -> bool:
        """Whether a shot as large as the last would be taken now, as far as is known."""
        size, waited_s = self._tried_bytes, self._longest_wait_s()
        within = waited_s <= self._max_age_s and self.size_bytes + size <= self._max_bytes
        return within and has_room(self._folder, size)

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
            UnreadableShotError: it cannot be read now.
        """
        return read_shot(self._folder / shot_id, shot_id)

    def waiting(self) -> tuple[str, ...]:
        """Return the ids of all shots that may be delivered, oldest first."""
        with self._lock:
            return tuple(self._queue)

    @property
    def shot_ids(self) -> tuple[str, ...]:
        """The ids of all shots that wait, held or not."""
        with self._lock:
            return tuple(self._waiting)

    def find_file(self, shot_id: str, name: str) -> Path:
        """Return the path of a file of a shot; nothing may be there any more."""
        return self._folder / shot_id / name

    def __contains__(self, shot_id: object) -> bool:
        """Whether a shot waits, held or not."""
        return shot_id in self._waiting

    def remove(self, shot_id: str) -> None:
        """Forget a shot that the broker has acknowledged; its folder goes to the archive."""
        size_bytes = self._forget(shot_id)
        self._put_away(shot_id, size_bytes)

    def tidy(self) -> None:
        """Try once more to delete delivered shots that resisted; cheap when there is none.

        Each is tried: what keeps one on the disk, such as a file of another user, need not keep
        the others.
        """
        self.torn.recount()
        for shot_id in list(self._undeleted):
            self._put_away(shot_id, 0)
        self.archive.tidy()

    def _put_away(self, shot_id: str, size_bytes: int) -> None:
        folder = self._folder / shot_id
        try:
            if not self.archive.keep(folder, size_bytes or measure_folder(str(folder))):
                delete_shot(folder)
        except FileNotFoundError:  # A person has deleted it.
            pass
        except OSError as error:
            # It is not sent again, but for after a restart: subscribers know it by its id.
            if not self._undeleted:
                _LOG.warning("delivered shot %s stays on disk (%s)", shot_id, error.strerror)
            self._undeleted[shot_id] = str(error.strerror)
            return
        self._undeleted.pop(shot_id, None)

    def hold(self, *shot_ids: str) -> None:
        """Keep shots on disk and let those behind them go ahead, until `unhold` or a restart."""
        held = set(shot_ids)
        with self._lock:
            self._queue = deque(each for each in self._queue if each not in held)

    def unhold(self, *shot_ids: str) -> None:
        """Put held shots back into their places in the order."""
        with self._lock:
            back = {shot_id for shot_id in shot_ids if shot_id in self._waiting}
            self._queue = deque(sorted(back.union(self._queue), key=order_shots))

    def restart_wait(self, *shot_ids: str) -> None:
        """Let the waiting time of shots begin anew, also for later runs."""
        for shot_id in shot_ids:
            with self._lock:
                waiting = self._waiting.get(shot_id)
                if waiting is not None:
                    self._waiting[shot_id] = waiting._replace(since_s=time.monotonic())
            try:
                os.utime(self._folder / shot_id)
            except OSError:  # A disk that takes nothing; the shot ages, as all did before.
                _LOG.debug("%s keeps its time", shot_id, exc_info=True)

    def quarantine(self, shot_id: str, reason: str) -> None:
        """Put a torn shot aside, where a person can look at it."""
        self._forget(shot_id)
        self.torn.take(self._folder / shot_id, shot_id, reason)

    def _longest_wait_s(self) -> float:
        with self._lock:
            # Of those that may go: one that the broker cannot take must not stop the studio.
            oldest = self._queue[0] if self._queue else None
            return 0.0 if oldest is None else time.monotonic() - self._waiting[oldest].since_s

    def _take_in(self, shot_id: str, size_bytes: int, since_s: float) -> None:
        self._waiting[shot_id] = WaitingShot(size_bytes, since_s)
        self._size_bytes += size_bytes

    def _forget(self, shot_id: str) -> int:
        with self._lock:
            waiting = self._waiting.pop(shot_id, None)
            size_bytes = 0 if waiting is None else waiting.size_bytes
            self._size_bytes -= size_bytes
            if shot_id in self._queue:  # One that was held is in no queue.
                self._queue.remove(shot_id)
        return size_bytes

    def _recover(self) -> None:
        with os.scandir(self._folder) as entries:
            found = list(entries)
        for entry in found:
            path = self._folder / entry.name
            if entry.name.startswith(GONE):
                clear_away(path)
            elif is_shot_id(entry.name) and entry.is_dir(follow_symlinks=False):
                self._recover_shot(entry.name)
            else:
                self.torn.take(path, entry.name.lstrip(".") or "dots", "it was never finished")
        self._queue.extend(sorted(self._waiting, key=order_shots))
        if self._queue:
            _LOG.info(
                "of an earlier run wait in the spool: %s", format_count(len(self._queue), "shot")
            )

    def _recover_shot(self, shot_id: str) -> None:
        folder, age_s, size_bytes = self._folder / shot_id, 0.0, 0
        try:
            # A clock that was set back while nobody looked makes no shot younger than new.
            age_s = max(0.0, time.time() - folder.stat().st_mtime)
            size_bytes = measure_folder(str(folder))
        except OSError as error:
            if error.errno == errno.EINVAL:
                self.torn.take(folder, shot_id, str(error.strerror))
                return
            # It may pass: delivery reads it again.
            _LOG.warning("shot %s in the spool cannot be read (%s)", shot_id, error.strerror)
        self._take_in(shot_id, size_bytes, time.monotonic() - age_s)
