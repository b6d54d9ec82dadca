"""Wall-clock and CPU time by name, and what the process has grown by."""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")
_SETTLING_RUNS = 30


class Stopwatch:
    """Keeps every time; CPU time is that of all threads of the process."""

    def __init__(self) -> None:
        self._wall_ms: dict[str, list[float]] = {}
        self._cpu_ms: dict[str, list[float]] = {}

    def begin(self) -> None:
        """Forget what was measured so far: it was warming up."""
        self._wall_ms.clear()
        self._cpu_ms.clear()

    def run(self, name: str, work: Callable[[], Result], times: int = 1) -> Result:
        """Do something and keep how long it took, each of so many times on the average."""
        start_s, cpu_s = time.perf_counter(), time.process_time()
        result = work()
        self._cpu_ms.setdefault(name, []).append((time.process_time() - cpu_s) * 1000 / times)
        self._wall_ms.setdefault(name, []).append((time.perf_counter() - start_s) * 1000 / times)
        return result

    def stages(self, path: str, stage_ms: Mapping[str, float]) -> None:
        """Keep the stages that a path measured itself."""
        for name, taken_ms in stage_ms.items():
            self._wall_ms.setdefault(f"{path} {name}", []).append(taken_ms)

    def keep(self, name: str, taken_ms: float) -> None:
        """Keep a time in place of the one that `run` took last under this name."""
        self._wall_ms[name][-1] = taken_ms

    def spreads(self) -> dict[str, dict[str, float]]:
        """Median and 95th percentile of the wall-clock time in milliseconds, by name.

        In the order of the work: each path, then the stages that it measured itself.
        """
        import numpy as np  # noqa: PLC0415 - keeps --help fast.

        spreads = {}
        paths = list(self._cpu_ms)

        def place(name: str) -> tuple[int, bool]:
            # A path's name may begin as another's does.
            path = max((each for each in paths if f"{name} ".startswith(f"{each} ")), key=len)
            return paths.index(path), name != path

        for name in sorted(self._wall_ms, key=place):
            p50, p95 = np.percentile(self._wall_ms[name], (50, 95))
            spreads[name] = {"p50_ms": round(float(p50), 3), "p95_ms": round(float(p95), 3)}
        return spreads

    def cpu_ms(self) -> dict[str, float]:
        """Median CPU time in milliseconds, by name."""
        return {
            name: round(sorted(times)[len(times) // 2], 3)
            for name, times in sorted(self._cpu_ms.items())
        }


def measure_growth(work: Callable[[], object], runs: int) -> dict[str, float]:
    """What the process grows by when something is done again and again.

    Args:
        work: done a few times before it is counted, until what remembers the latest frames is
            full, and then ``runs`` times.
        runs: at least 1.

    Returns:
        ``blocks_per_run``: objects that Python allocated and did not give back; ``resident_mb``:
        memory in use, over all runs; ``peak_mb``: the most that was ever in use.
    """
    for _ in range(_SETTLING_RUNS):
        work()
    before = _held()
    for _ in range(runs):
        work()
    after = _held()
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # Linux counts in KiB.
    return {
        "blocks_per_run": round((after[0] - before[0]) / runs, 2),
        "resident_mb": round((after[1] - before[1]) / 1e6, 1),
        "peak_mb": round(peak_kib * 1024 / 1e6, 1),
    }


def _held() -> tuple[int, int]:
    """Allocated objects, and bytes in use; the latter 0 where the system does not say."""
    gc.collect()
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        pages = "0"
    return sys.getallocatedblocks(), int(pages) * 4096
