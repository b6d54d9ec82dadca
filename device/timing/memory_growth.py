"""What the process grows by when something is done again and again."""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Callable
from pathlib import Path

_SETTLING_RUNS = 30
"""What remembers the latest frames is full by then."""
_PAGE_BYTES = resource.getpagesize()


def measure_growth(work: Callable[[], object], runs: int) -> dict[str, float]:
    """Do something a few times, and then count what each further time leaves behind.

    Args:
        work: what to do.
        runs: how many times it counts; at least 1.

    Returns:
        ``blocks_per_run``: objects that Python allocated and did not free; ``resident_mb``:
        memory in use, over all runs; ``peak_mb``: the most that was ever in use.
    """
    for _ in range(_SETTLING_RUNS):
        work()
    blocks_before, bytes_before = _count_held()
    for _ in range(runs):
        work()
    blocks_after, bytes_after = _count_held()
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # Linux counts in KiB.
    return {
        "blocks_per_run": round((blocks_after - blocks_before) / runs, 2),
        "resident_mb": round((bytes_after - bytes_before) / 1e6, 1),
        "peak_mb": round(peak_kib * 1024 / 1e6, 1),
    }


def _count_held() -> tuple[int, int]:
    """Return allocated objects, and bytes in use; the latter 0 where the system does not say."""
    gc.collect()
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        pages = "0"
    return sys.getallocatedblocks(), int(pages) * _PAGE_BYTES
