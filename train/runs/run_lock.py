"""One process works on a folder at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

from train.errors import UsageError
from train.runs.run_folder import RunFolder

LOCK_FILE = ".lock"


def hold_run(run: RunFolder) -> contextlib.AbstractContextManager[None]:
    """Hold a run's folder; see `hold_folder`."""
    return hold_folder(run.path, "is being trained")


@contextlib.contextmanager
def hold_folder(folder: Path, work: str) -> Iterator[None]:
    """Hold a folder; the system lets go of it when this process ends, however it ends.

    Args:
        folder: made if it is missing.
        work: what its holder does, such as ``is being trained``.

    Raises:
        UsageError: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOCK_FILE
    with path.open("a+", encoding="utf-8") as file:
        _lock(file, folder, work)
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                folder.rmdir()  # empty where nothing was begun


def _lock(file: TextIOWrapper, folder: Path, work: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        raise UsageError(
            f"{folder} {work} by {holder}: wait until it has finished, or stop it first"
        ) from None
    except OSError:
        return  # a network disk without locks
    if os.fstat(file.fileno()).st_nlink == 0:  # its holder has just finished
        raise UsageError(f"{folder} was in use until now: give the command again")
