"""The folder of one shot in the spool: ``picture.png`` (or ``.webp``) and ``shot.json``."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
from pathlib import Path

from device.contract.content_type import CONTENT_TYPES, SUFFIXES, detect_content_type

_LOG = logging.getLogger(__name__)
ANNOUNCEMENT = "shot.json"
_PICTURE = "picture"
# What 0.1.0 called every picture, WebP too. A rig that is updated while shots wait in its spool
# still delivers them; the release after the next need not know this name.
_FORMER_PICTURE = "cutout.png"


def name_picture(picture: bytes) -> str:
    """Return the file name for a picture, by its type; without suffix for an unknown one."""
    content_type = detect_content_type(picture)
    suffixes = [SUFFIXES[kind] for kind, known in CONTENT_TYPES.items() if known == content_type]
    return _PICTURE + "".join(suffixes)


def read_picture(folder: Path) -> bytes:
    """Read the picture of a shot.

    Raises:
        OSError: it is missing or cannot be read.
    """
    names = [_PICTURE + suffix for suffix in (*SUFFIXES.values(), "")]
    for name in (*names, _FORMER_PICTURE):
        with contextlib.suppress(FileNotFoundError):
            return (folder / name).read_bytes()
    raise FileNotFoundError(f"{folder} holds no picture")


def measure_folder(folder: str) -> int:
    """Return how many bytes a shot takes on disk.

    Raises:
        OSError: it cannot be listed, or holds a link, a pipe or a folder, which no rig has put
            there and which would be waited for or followed.
    """
    size_bytes = 0
    with os.scandir(folder) as files:
        for file in files:
            if not file.is_file(follow_symlinks=False):
                raise OSError(errno.EINVAL, f"{file.name} is no file")
            size_bytes += file.stat(follow_symlinks=False).st_size
    return size_bytes


def delete_shot(folder: Path) -> None:
    """Delete a shot's folder; what resists is deleted at the next start."""
    try:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)


def quarantine_shot(path: Path, wanted: Path, reason: str) -> None:
    """Move what is no whole shot to where a person finds it.

    Args:
        path: file or folder in the spool.
        wanted: its new path; a number is added where that is taken.
        reason: for the log.
    """
    target, number = wanted, 1
    while target.exists():
        target = wanted.with_name(f"{wanted.name}.{number}")
        number += 1
    try:
        path.rename(target)
    except OSError as error:
        _LOG.warning("%s cannot be put aside (%s); %s", path, error.strerror, reason)
        return
    _LOG.warning("%s was put aside in %s: %s", path.name, target.parent, reason)
