"""How much memory the C library keeps for itself."""

from __future__ import annotations

import contextlib
import ctypes

_M_ARENA_MAX = -8
_ARENAS = 2


def keep_few_heaps() -> None:
    """Let the threads share two heaps: glibc would make eight a core, each with its own leftovers.

    To be called before the first thread starts (mallopt(3)). Other C libraries have no such call.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
