"""The system's page cache: a cold start reads the program's files from the disk again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

_OURS = ("device",)
_PACKAGES = ("numpy", "cv2", "PIL", "ai_edge_litert", "tflite_runtime", "paho", "amqtt")


def drop_from_page_cache() -> None:
    """Ask the system to drop Python's and the packages' files from its page cache.

    Files that another program has mapped stay, so measure where no other Python of this
    environment runs.
    """
    os.sync()  # Dirty pages cannot be dropped.
    for path in _files():
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _files() -> Iterator[Path]:
    yield Path(sys.executable).resolve()
    standard = Path(os.__file__).parent
    for pattern in ("__pycache__/*", "lib-dynload/*", "[a-z]*/__pycache__/*"):
        yield from standard.glob(pattern)
    for folder in {Path.cwd(), *map(Path, filter(None, sys.path))}:
        for package in (*_OURS, *_PACKAGES):
            for found in folder.glob(f"{package}*"):
                yield from (path for path in found.rglob("*") if path.is_file())
