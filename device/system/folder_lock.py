"""A lock on a folder, for one process at a time."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path
from typing import IO

from device.errors import UsageError
from device.system.path_check import check_writable
from device.system.state_file import put_aside


class FolderLock:
    """Holds a folder for this process; the system lets go when the process ends, however.

    Raises:
        UsageError: the folder cannot be written, or another process has it.
    """

    def __init__(self, folder: Path, option: str) -> None:
        """Create the folder if it is missing, and lock it.

        Args:
            folder: what to lock.
            option: the flag that names it, for the error.
        """
        check_writable(folder, option)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = folder / ".lock"
            if os.path.lexists(lock) and not stat.S_ISREG(lock.lstat().st_mode):
                put_aside(lock, "it is no file")
            lock.touch()
            # For reading: one open for writing would keep the disk from being remounted read-only.
            self._file: IO[str] = lock.open(encoding="ascii")
        except OSError as error:
            raise UsageError(
                f"the folder {folder} cannot be written ({error.strerror}): give {option} one that"
                " this user may write"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise UsageError(
                f"the folder {folder} is in use by another process: give each its own {option}"
            ) from error

    def release(self) -> None:
        """Let another process have the folder."""
        self._file.close()
