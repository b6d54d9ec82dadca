"""Keeps what native libraries print off the terminal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from device.system.native_stderr import capture_native_stderr

_log = logging.getLogger(__name__)


@contextmanager
def log_native_stderr() -> Iterator[None]:
    """Send what native code writes to stderr to the debug log.

    Loading a model prints a line for each delegate, which no Python setting stops and which
    would stand between a user and our one sentence. Meant for short calls: other threads'
    stderr goes the same way meanwhile.
    """
    lines: list[bytes] = []
    try:
        with capture_native_stderr() as lines:
            yield
    finally:
        for line in lines:
            _log.debug("%s", line.decode("utf-8", "replace"))
