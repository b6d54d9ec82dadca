"""What lies at a path that a person gave, also where this user may not look."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from device.errors import UsageError

_VIDEO4LINUX = 81  # Linux, Documentation/admin-guide/devices.txt


def is_folder(path: Path) -> bool:
    """Return whether a folder, or a link to one, is there.

    Raises:
        UsageError: this user may not enter a folder on the way.
    """
    return stat.S_ISDIR(_mode(path))


def is_file(path: Path) -> bool:
    """Return whether a file, or a link to one, is there.

    Raises:
        UsageError: as `is_folder`.
    """
    return stat.S_ISREG(_mode(path))


def is_video_device(path: Path) -> bool:
    """Return whether a camera's device file, or a link to one, is there.

    Raises:
        UsageError: as `is_folder`.
    """
    if not stat.S_ISCHR(_mode(path)):
        return False
    return os.major(path.stat().st_rdev) == _VIDEO4LINUX


def is_there(path: Path) -> bool:
    """Return whether anything is there.

    Raises:
        UsageError: as `is_folder`.
    """
    return _mode(path) != 0


def check_writable(folder: Path, option: str) -> None:
    """Refuse a folder for results before there are any; it may be missing still.

    Args:
        folder: where files are to be written.
        option: the flag that names it, for the error.

    Raises:
        UsageError: it is a file, lies below one, or this user may not write there.
    """
    place = folder.absolute()
    while not os.path.lexists(place) and place != place.parent:
        place = place.parent
    if not is_folder(place):
        raise UsageError(f"{place} is a file: give {option} a folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise UsageError(
            f"the folder {place} cannot be written: give {option} a folder that this user may write"
        )


def _mode(path: Path) -> int:
    """Return the kind of what is there, as in `stat`; 0 for nothing."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # A zero byte is no part of a path.
        return 0
    except OSError as error:
        raise UsageError(
            f"{path} cannot be looked at ({error.strerror}): give a path that this user may read"
        ) from None
