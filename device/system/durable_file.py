"""Files that are there whole or not at all, even after a power cut."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from device.system.file_name import fit_name


def write_durably(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new, never a part.

    Args:
        path: where to; its folder must exist. An existing file is replaced.
        data: the whole content.
        mode: who may read it from the first moment on, less the process's umask.

    Raises:
        OSError: the disk is full, read-only or gone; ``path`` is as it was before.
    """
    temporary = path.with_name(fit_name(f".{path.name}", f".{os.getpid()}.part"))
    try:
        write_synced(temporary, data, mode=mode)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def replace_lines_durably(path: Path, lines: Iterable[bytes]) -> None:
    """Replace a file as `write_durably` does, by content that need not fit into memory.

    Args:
        path: as there.
        lines: the content, in pieces.

    Raises:
        OSError: as there.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_synced(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file and wait until the disk has it. Not atomic: for files nobody reads yet."""

    def create(name: str, flags: int) -> int:
        return os.open(name, flags, mode)

    with open(path, "wb", opener=create) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the folder's names, so that a rename survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def has_no_room(_: int) -> bool:
    """Stand in for an archive that could give way to so many bytes on a full disk."""
    return False
