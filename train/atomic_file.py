"""Files that are whole or absent, whatever happens while they are written."""

from __future__ import annotations

import json
import os
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a whole file or none: write aside, fsync, rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def settle(folder: Path) -> None:
    """Bring a folder's files, and then their names, to the disk: done before it is renamed."""
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_json(path: Path, value: object) -> None:
    """Write indented JSON atomically."""
    write_atomically(path, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())
