"""Files and folders that are whole or absent, whatever happens while they are written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a whole file or none: write aside, fsync, rename.

    Raises:
        OSError: the disk refused; what was there is untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def replace_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder and put it in place of what was there.

    The new folder is complete before the old one moves; when anything fails the old one stays or
    comes back.

    Args:
        target: the folder.
        files: name to content of all that it shall hold.

    Raises:
        OSError: the disk refused.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f"{target.name}.tmp", dir=target.parent))
    try:
        aside.chmod(0o755)  # mkdtemp's folders are for their owner alone
        for name, content in files.items():
            write_atomically(aside / name, content)
        _sync(aside)
        _swap(aside, target)
        _sync(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Make names durable, as fsync of a file makes its bytes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(aside: Path, target: Path) -> None:
    """Rename into place; a folder cannot be replaced in one call, so the old one steps aside."""
    if not target.exists():
        aside.rename(target)
        return
    parked = Path(tempfile.mkdtemp(prefix=f"{target.name}.old", dir=target.parent))
    target.rename(parked / target.name)
    try:
        aside.rename(target)
    except OSError:
        (parked / target.name).rename(target)
        parked.rmdir()
        raise
    shutil.rmtree(parked, ignore_errors=True)
