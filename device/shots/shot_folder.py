"""The folder of one shot: ``picture.png`` (or ``.webp``) and ``shot.json``."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
from pathlib import Path

from device.contract.content_type import CONTENT_TYPES, SUFFIXES, detect_content_type
from device.system.durable_file import sync_folder, write_synced

_LOG = logging.getLogger(__name__)
ANNOUNCEMENT = "shot.json"
# Before the name of a shot that is being written, and of one that is being deleted.
PART = ".part-"
GONE = ".gone-"
_PICTURE = "picture"
# What 0.1.0 called every picture, WebP too. A rig that is updated while shots wait in its spool
# still delivers them; the release after the next need not know this name.
_FORMER_PICTURE = "cutout.png"
_PICTURE_NAMES = (*(_PICTURE + suffix for suffix in (*SUFFIXES.values(), "")), _FORMER_PICTURE)


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
    for name in _PICTURE_NAMES:
        with contextlib.suppress(FileNotFoundError):
            return (folder / name).read_bytes()
    raise FileNotFoundError(f"{folder} holds no picture")


def find_picture(folder: Path) -> Path:
    """Return the path of the picture of a shot.

    Raises:
        FileNotFoundError: it is missing.
    """
    for name in _PICTURE_NAMES:
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"{folder} holds no picture")


def measure_folder(folder: str) -> int:
    """Return how many bytes a shot takes on disk.

    Raises:
        OSError: it cannot be listed; with ``EINVAL`` where it holds a link, a pipe or a folder,
            which no rig has put there and which would be followed or waited for.
    """
    size_bytes = 0
    with os.scandir(folder) as files:
        for file in files:
            if not file.is_file(follow_symlinks=False):
                raise OSError(errno.EINVAL, f"{file.name} is no file")
            size_bytes += file.stat(follow_symlinks=False).st_size
    return size_bytes


def write_shot(parent: Path, shot_id: str, picture: bytes, announcement: bytes) -> None:
    """Write a shot durably: under another name, synced, and renamed.

    Args:
        parent: the folder of shots.
        shot_id: the shot's id, and its folder's name.
        picture: the picture's bytes.
        announcement: the JSON's bytes.

    Raises:
        OSError: the disk did not take it; nothing of it is left.
    """
    part, final = parent / f"{PART}{shot_id}", parent / shot_id
    try:
        part.mkdir()
        write_synced(part / name_picture(picture), picture)
        write_synced(part / ANNOUNCEMENT, announcement)
        sync_folder(part)
        part.rename(final)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    try:
        sync_folder(parent)
    except OSError as error:
        # Whoever is refused shoots again: this one must not be sent beside that.
        try:
            delete_shot(final)
        except OSError:
            _LOG.warning(
                "shot %s is on disk and may not outlive a power cut (%s)", shot_id, error.strerror
            )
            return
        raise


def delete_shot(folder: Path) -> None:
    """Delete a shot's folder.

    It is renamed first, so that half a shot never carries a shot's name; what resists after that
    is deleted at the next start.

    Raises:
        OSError: the disk does not let it go; it is as it was.
    """
    gone = folder.with_name(f"{GONE}{folder.name}")
    folder.rename(gone)
    clear_away(gone)


def clear_away(gone: Path) -> None:
    """Delete what carries no shot's name any more: a folder, or a file of a run that was killed."""
    try:
        if not gone.is_dir() or gone.is_symlink():
            gone.unlink()
            return
        for file in gone.iterdir():
            file.unlink()
        gone.rmdir()
    except OSError:
        shutil.rmtree(gone, ignore_errors=True)


def has_room(folder: Path, size_bytes: int) -> bool:
    """Whether a folder's disk takes a small file now, and has this much left."""
    probe = folder / f"{GONE}probe"
    try:
        write_synced(probe, bytes(4096))
        probe.unlink()
        return shutil.disk_usage(folder).free > size_bytes
    except OSError:
        return False
