"""Reads a bundle's files, each once: the bytes that are checked are the bytes that run."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from device.errors import UsageError


def read_once(path: Path, most_bytes: int) -> bytes:
    """Read a file whole, if it is one and not too large.

    A bundle comes from elsewhere. A pipe in it would never end, a device may do something when it
    is opened, and a sparse file of terabytes takes no room until it is read.

    Args:
        path: a file, or a link to one.
        most_bytes: a larger one is refused unread.

    Raises:
        FileNotFoundError: there is none.
        UsageError: it is no file, or too large.
        OSError: it cannot be read.
    """
    try:
        _check_kind(path, path.stat().st_mode)  # First: opening a device may be too much.
        # Without waiting, if a pipe takes its place now.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError:  # A zero byte is no part of a path.
        raise FileNotFoundError(path) from None
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        found = os.fstat(descriptor)
        _check_kind(path, found.st_mode)
        if found.st_size > most_bytes:
            raise UsageError(
                f"{path} has {found.st_size} bytes, and at most {most_bytes} belong there: copy the"
                " bundle again"
            )
        return file.read(most_bytes)


def _check_kind(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise UsageError(f"{path} is no file, but a folder, pipe or device: copy the bundle again")
