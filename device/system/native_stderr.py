"""What native libraries print on stderr, which no Python setting stops."""

from __future__ import annotations

import fcntl
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

_LOCK = threading.RLock()
_END = b"\0"  # The last line of what was captured.


@contextmanager
def capture_native_stderr() -> Iterator[list[bytes]]:
    """Collect what is written to the process's stderr, by whichever thread.

    Meant for short calls. Whoever takes lines of other threads gives them back by `print_lines`.

    Yields:
        A list that holds the lines after the block; it stays empty where there is no stderr.
    """
    lines: list[bytes] = []
    with _LOCK:
        try:
            sys.stderr.flush()
            kept = os.dup(2)
        except (OSError, ValueError, AttributeError):  # A service may run without stderr.
            yield lines
            return
        try:
            with _open_memory() as noise:
                os.dup2(noise.fileno(), 2)
                try:
                    yield lines
                finally:
                    os.dup2(kept, 2)
                    # It comes after a write of another thread that is still under way.
                    os.write(noise.fileno(), _END + b"\n")
                    size_bytes = os.fstat(noise.fileno()).st_size
                    written = os.pread(noise.fileno(), size_bytes, 0).splitlines()
                    lines += [line for line in written if line != _END]
        finally:
            os.close(kept)


def print_lines(lines: list[bytes]) -> None:
    """Print lines that were captured and are another thread's, as far as stderr takes them."""
    if lines:
        # A pipe may have no reader any more, which must not end the thread that reads pictures.
        with suppress(OSError):
            os.write(2, b"\n".join(lines) + b"\n")


def _open_memory() -> BinaryIO:
    """Return a file that needs no disk, which may be full, and takes lines of several threads."""
    if not hasattr(os, "memfd_create"):
        return cast("BinaryIO", tempfile.TemporaryFile())
    file = os.fdopen(os.memfd_create("stderr"), "w+b")
    # Linux does not guard the position of a memfd: without this two threads write over each other.
    fcntl.fcntl(file, fcntl.F_SETFL, fcntl.fcntl(file, fcntl.F_GETFL) | os.O_APPEND)
    return file
