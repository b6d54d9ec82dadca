"""Work side by side on the machine's cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")
Ready = TypeVar("Ready")
Result = TypeVar("Result")

_MOST_THREADS = 4
_WAITING = 4
"""So many items are prepared for each core: more would only take memory."""


def default_threads() -> int:
    """Threads that pay off: all cores, but no more than four."""
    return min(_MOST_THREADS, os.cpu_count() or 1)


def parallel_map(
    prepare: Callable[[Item], Ready],
    work: Callable[[Ready], Result],
    items: Iterable[Item],
    meanwhile: Callable[[], object] | None = None,
) -> list[Result]:
    """Do something with each item, on all cores.

    What takes many short steps belongs into ``prepare``, which is the caller's alone: at each
    step threads would wait for Python's lock, and for being woken. Then the caller lends a hand.
    Were it to wait instead, the system would as often as not wake two workers on the one core
    that is idle at that moment, one behind the other.

    Args:
        prepare: what comes before the work, on this thread.
        work: few and long steps that let go of Python's lock, on any thread.
        items: what to do it with.
        meanwhile: what else the caller has to do, while the others work.

    Returns:
        The results, in the order of the items.
    """
    ready: SimpleQueue[tuple[int, Ready] | None] = SimpleQueue()
    results: dict[int, Result] = {}

    def take() -> None:
        while (job := ready.get()) is not None:
            results[job[0]] = work(job[1])

    threads = default_threads()
    others = [_workers().submit(take) for _ in range(threads - 1)]
    try:
        for index, item in enumerate(items):
            ready.put((index, prepare(item)))
            if ready.qsize() < _WAITING * threads:
                continue
            if meanwhile is None:
                _help(ready, work, results)
            else:
                meanwhile()
                meanwhile = None
        if meanwhile is not None:
            meanwhile()
        while _help(ready, work, results):
            pass
    finally:
        for _ in others:
            ready.put(None)
        # Who has not begun by now finds nothing to do, and may be waiting for this very thread.
        begun = [other for other in others if not other.cancel()]
        wait(begun)
    for other in begun:
        other.result()
    return [results[index] for index in range(len(results))]


def _help(
    ready: SimpleQueue[tuple[int, Ready] | None],
    work: Callable[[Ready], Result],
    results: dict[int, Result],
) -> bool:
    """Do one of what is ready; False where nothing is."""
    try:
        job = ready.get_nowait()
    except Empty:
        return False
    if job is not None:
        results[job[0]] = work(job[1])
    return True


@lru_cache(maxsize=1)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, default_threads() - 1), thread_name_prefix="core")
