"""Work side by side on the machine's cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST_THREADS = 4


def default_threads() -> int:
    """Threads that pay off: all cores, but no more than four."""
    return min(_MOST_THREADS, os.cpu_count() or 1)


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Do something with each item, on all cores as far as the work lets go of Python's lock.

    Args:
        work: must not itself call this function: it would wait for its own thread.
        items: what to do it with.

    Yields:
        The results, in the order of the items.
    """
    yield from _workers().map(work, items)


@lru_cache(maxsize=1)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(default_threads(), thread_name_prefix="core")
