"""One process trains a run at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from io import TextIOWrapper

from train.errors import UsageError
from train.runs.run_folder import RunFolder

LOCK_FILE = ".lock"


@contextlib.contextmanager
def hold_run(run: RunFolder) -> Iterator[None]:
    """Hold a run's folder; the system lets go of it when this process ends, however it ends.

    Raises:
        UsageError: another process holds it.
    """
    run.path.mkdir(parents=True, exist_ok=True)
    path = run.path / LOCK_FILE
    with path.open("a+", encoding="utf-8") as file:
        _lock(file, run)
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                run.path.rmdir()  # empty where nothing was begun


def _lock(file: TextIOWrapper, run: RunFolder) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        raise UsageError(
            f"{run.path} is being trained by {holder}: wait until it has finished, or stop it first"
        ) from None
    except OSError:
        return  # a network disk without locks
    if os.fstat(file.fileno()).st_nlink == 0:  # its holder has just finished
        raise UsageError(f"{run.path} was being trained until now: give the command again")
