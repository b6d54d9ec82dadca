"""The folder of one shot in the spool: ``cutout.png`` and ``shot.json``."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

_LOG = logging.getLogger(__name__)
PICTURE = "cutout.png"
ANNOUNCEMENT = "shot.json"


def folder_bytes(folder: str) -> int:
    """How much a shot takes on disk."""
    with os.scandir(folder) as files:
        return sum(file.stat().st_size for file in files)


def delete_shot(folder: Path) -> None:
    """Delete a shot's folder; what resists is deleted at the next start."""
    try:
        (folder / PICTURE).unlink()
        (folder / ANNOUNCEMENT).unlink()
        folder.rmdir()
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)


def quarantine_shot(path: Path, wanted: Path, reason: str) -> None:
    """Move what is no whole shot to where a person can look at it, under a name of its own."""
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
