"""Keeps what native libraries print off the terminal."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_log = logging.getLogger(__name__)


@contextmanager
def capture_native_stderr() -> Iterator[None]:
    """Send what native code writes to stderr to the debug log.

    Loading a model prints a line for each delegate, which no Python setting stops and which
    would stand between a user and our one sentence. Meant for short calls: other threads'
    stderr goes the same way meanwhile.
    """
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    except (OSError, ValueError, AttributeError):  # A service may run without stderr.
        yield
        return
    with tempfile.TemporaryFile() as noise:
        os.dup2(noise.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            noise.seek(0)
            for line in noise.read().decode("utf-8", "replace").splitlines():
                _log.debug("%s", line)
