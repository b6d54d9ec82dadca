"""Delivered shots, kept for a while so that they can be sent again."""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from device.contract.names import is_shot_id
from device.contract.shot_id import order_shots
from device.shots.shot_folder import GONE, clear_away, delete_shot
from device.shots.spooled_shot import SpooledShot, read_shot
from device.shots.torn_folder import TornFolder
from device.system.durable_file import has_no_room, sync_folder
from device.system.repeated_log import RepeatedLog
from device.system.state_file import put_aside
from device.version import RELEASED_AT

_LOG = logging.getLogger(__name__)
# Between a shot's id and its size; in no id. A start then needs to open no shot's folder.
_SIZE_MARK = "+"
# An archive that was made smaller shrinks step by step: the thread that delivers does it.
_MOST_DELETED_AT_ONCE = 20
_DAY_S = 86400.0


class Archive:
    """The folder ``archive/``: each shot's folder is renamed into it, as ``SHOT_ID+BYTES``.

    Nothing is written twice, and a kill at any moment leaves a shot in the spool or here. The
    oldest give way to newer ones, to their age, and to shots for which the disk has no room. For
    any thread.

    Attributes:
        trouble: why the latest delivered shot was not kept, for people; None while they are.
        goes_first: gives way before the archive does, by so many bytes; False where it cannot.
    """

    def __init__(self, state_dir: Path, max_bytes: int, max_age_s: float, torn: TornFolder) -> None:
        """List what an earlier run has left.

        Args:
            state_dir: where ``archive/`` is, made if missing.
            max_bytes: the oldest are deleted above this; 0 keeps none.
            max_age_s: those that were taken earlier are deleted; 0 keeps none.
            torn: takes what turns out to be damaged.

        Raises:
            OSError: the folder cannot be made or read.
        """
        self._folder = state_dir / "archive"
        self._max_bytes = max_bytes if max_age_s > 0 else 0
        self._max_age_s = max_age_s
        self._torn = torn
        self._lock = threading.RLock()
        self._log = RepeatedLog(_LOG)
        self._sizes: dict[str, int] = {}  # By id, the oldest first.
        self._size_bytes = 0
        self._is_dirty = False
        self.trouble: str | None = None
        self.goes_first: Callable[[int], bool] = has_no_room
        if self.is_on or self._folder.exists():
            if self._folder.is_file():
                put_aside(self._folder, "it is no folder")
            self._folder.mkdir(parents=True, exist_ok=True)
            self._list_shots()

    @property
    def is_on(self) -> bool:
        """Whether delivered shots are kept at all."""
        return self._max_bytes > 0

    @property
    def size_bytes(self) -> int:
        """Bytes of all shots in it."""
        return self._size_bytes

    @property
    def shot_ids(self) -> tuple[str, ...]:
        """The ids of all shots in it, oldest first."""
        with self._lock:
            return tuple(self._sizes)

    def __contains__(self, shot_id: object) -> bool:
        """Whether a shot is in it."""
        return shot_id in self._sizes

    def keep(self, folder: Path, size_bytes: int) -> bool:
        """Move a delivered shot's folder here; return False where it must be deleted instead.

        Args:
            folder: of the shot, under its id.
            size_bytes: of the shot.
        """
        if size_bytes > self._max_bytes:
            return False
        with self._lock:
            while self._size_bytes + size_bytes > self._max_bytes and self._evict():
                pass
            if self._size_bytes + size_bytes > self._max_bytes:
                self._note_trouble("it is full, and its oldest shots cannot be deleted")
                return False
            try:
                self._move_in(folder, size_bytes)
            except FileNotFoundError:  # A person has deleted the shot.
                return False
            except OSError as error:
                if error.errno != errno.EROFS:  # The shot stays, and that is reported.
                    self._note_trouble(str(error.strerror))
                return False
            self.trouble = None
            self._sizes[folder.name] = size_bytes
            self._size_bytes += size_bytes
            self._is_dirty = True
        return True

    def load(self, shot_id: str) -> SpooledShot:
        """Read a shot back.

        Raises:
            TornShotError: it is not there any more, or not what was written.
            UnreadableShotError: it cannot be read now.
        """
        return read_shot(self._path(shot_id, self._sizes.get(shot_id, 0)), shot_id)

    def find_file(self, shot_id: str, name: str) -> Path:
        """Return the path of a file of a shot; nothing may be there any more."""
        return self._path(shot_id, self._sizes.get(shot_id, 0)) / name

    def set_aside(self, shot_id: str, reason: str) -> None:
        """Put a damaged shot where a person can look at it."""
        with self._lock:
            size_bytes = self._forget(shot_id)
        self._torn.take(self._path(shot_id, size_bytes), shot_id, reason)

    def give_way(self, size_bytes: int) -> bool:
        """Delete the oldest until so many bytes are free; return False where none was left."""
        if self.goes_first(size_bytes):
            return True
        with self._lock:
            target = max(0, self._size_bytes - size_bytes)
            gone = self._evict()
            while gone and self._size_bytes > target and self._evict():
                pass
        if gone:  # On a disk that stays full it happens at each shot.
            self._log.warning("the disk is full: the oldest shots of the archive give way")
        return gone

    def tidy(self) -> None:
        """Delete what is too old or too much, and make what came durable; cheap when idle."""
        with self._lock:
            for _ in range(_MOST_DELETED_AT_ONCE):
                if not (self._size_bytes > self._max_bytes or self._is_oldest_over_age()):
                    break
                if not self._evict():
                    break
            is_dirty, self._is_dirty = self._is_dirty, False
        if is_dirty:
            try:
                sync_folder(self._folder)
            except OSError as error:  # Until it is, a power cut may send the shots again.
                _LOG.debug("%s cannot be synced (%s)", self._folder, error.strerror)

    def _move_in(self, folder: Path, size_bytes: int) -> None:
        target = self._path(folder.name, size_bytes)
        try:
            folder.rename(target)
        except FileNotFoundError:
            if self._folder.exists():
                raise
            # Somebody has deleted the whole archive, and all that was in it.
            self._folder.mkdir()
            self._sizes, self._size_bytes = {}, 0
            folder.rename(target)

    def _note_trouble(self, why: str) -> None:
        self.trouble = (
            f"delivered shots are deleted and cannot be sent again, as {self._folder} takes none"
            f" ({why}): make it a folder that this user may write, on the disk of the spool"
        )
        self._log.warning(self.trouble)

    def _path(self, shot_id: str, size_bytes: int) -> Path:
        return self._folder / f"{shot_id}{_SIZE_MARK}{size_bytes}"

    def _forget(self, shot_id: str) -> int:
        size_bytes = self._sizes.pop(shot_id, 0)
        self._size_bytes -= size_bytes
        return size_bytes

    def _evict(self) -> bool:
        """Delete the oldest; return False where there is none, or the disk does not let it go."""
        shot_id = next(iter(self._sizes), None)
        if shot_id is None:
            return False
        path = self._path(shot_id, self._sizes[shot_id])
        try:
            delete_shot(path)
        except FileNotFoundError:  # A person has deleted it.
            pass
        except OSError as error:
            _LOG.debug("%s cannot be deleted (%s)", path, error.strerror)
            return False
        self._forget(shot_id)
        return True

    def _is_oldest_over_age(self) -> bool:
        for shot_id, size_bytes in self._sizes.items():
            try:
                taken_s = self._path(shot_id, size_bytes).stat().st_mtime
            except OSError:
                return True
            # The time of a clock that was not set yet says nothing. But the shots that follow were
            # taken later.
            if taken_s >= RELEASED_AT.timestamp():
                return time.time() - taken_s > self._max_age_s
        return False

    def _list_shots(self) -> None:
        found = {}
        for name in sorted(path.name for path in self._folder.iterdir()):
            shot_id, _, size = name.partition(_SIZE_MARK)
            if name.startswith(GONE):
                clear_away(self._folder / name)
            elif is_shot_id(shot_id) and size.isascii() and size.isdecimal():
                found[shot_id] = int(size)
            else:
                _LOG.warning("%s is no archived shot and is left there", self._folder / name)
        self._sizes = {shot_id: found[shot_id] for shot_id in sorted(found, key=order_shots)}
        self._size_bytes = sum(found.values())
