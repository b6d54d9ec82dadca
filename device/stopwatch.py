"""Wall-clock and CPU time by name, and what the process has grown by."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


class Stopwatch:
    """Keeps every time; CPU time is that of all threads of the process."""

    def __init__(self) -> None:
        self._wall_ms: dict[str, list[float]] = {}
        self._cpu_ms: dict[str, list[float]] = {}
        self._blocks, self._resident_bytes = 0, 0

    def begin(self) -> None:
        """Forget what was measured so far: it was warming up."""
        self._wall_ms.clear()
        self._cpu_ms.clear()
        self._blocks, self._resident_bytes = sys.getallocatedblocks(), _resident_bytes()

    def run(self, name: str, work: Callable[[], Result]) -> Result:
        """Do something and keep how long it took."""
        start_s, cpu_s = time.perf_counter(), time.process_time()
        result = work()
        self._cpu_ms.setdefault(name, []).append((time.process_time() - cpu_s) * 1000)
        self._wall_ms.setdefault(name, []).append((time.perf_counter() - start_s) * 1000)
        return result

    def stages(self, path: str, stage_ms: Mapping[str, float]) -> None:
        """Keep the stages that a path measured itself."""
        for name, taken_ms in stage_ms.items():
            self._wall_ms.setdefault(f"{path} {name}", []).append(taken_ms)

    def spreads(self) -> dict[str, dict[str, float]]:
        """Median and 95th percentile of the wall-clock time in milliseconds, by name."""
        import numpy as np  # noqa: PLC0415 - keeps --help fast.

        spreads = {}
        for name in sorted(self._wall_ms):
            p50, p95 = np.percentile(self._wall_ms[name], (50, 95))
            spreads[name] = {"p50_ms": round(float(p50), 3), "p95_ms": round(float(p95), 3)}
        return spreads

    def cpu_ms(self) -> dict[str, float]:
        """Median CPU time in milliseconds, by name."""
        return {
            name: round(sorted(times)[len(times) // 2], 3)
            for name, times in sorted(self._cpu_ms.items())
        }

    def growth(self) -> dict[str, float]:
        """What the process has grown by since `begin`, in all and per run."""
        runs = max((len(times) for times in self._wall_ms.values()), default=1)
        blocks = sys.getallocatedblocks() - self._blocks
        resident = _resident_bytes() - self._resident_bytes
        return {
            "blocks_per_run": round(blocks / runs, 2),
            "resident_mb": round(resident / 1e6, 1),
        }


def _resident_bytes() -> int:
    """Memory in use by this process; 0 where the system does not say (Linux does)."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * 4096
