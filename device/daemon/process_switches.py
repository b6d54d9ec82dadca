"""Switches of the daemon's process: heaps and garbage collection, set here and nowhere else."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from collections.abc import Iterator

_M_ARENA_MAX = -8  # mallopt(3)
_ARENAS = 2


@contextlib.contextmanager
def set_switches() -> Iterator[None]:
    """Prepare the process for a start; to be entered before the first thread starts.

    Nothing that a start loads is ever freed, and looking for garbage meanwhile takes a tenth of it:
    garbage is collected from `end_loading` on, or after an error.
    """
    limit_heaps()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def end_loading() -> None:
    """Collect garbage from now on, but not among what the start has made: it stays to the end."""
    gc.freeze()
    gc.enable()


def limit_heaps() -> None:
    """Let all threads share two heaps of the C library.

    glibc makes up to eight heaps a core, and each keeps what its threads have freed: the memory of
    a process that handles large pictures for weeks would creep up. Works only before the first
    thread starts (mallopt(3)); other C libraries have no such call.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
