"""Wall-clock and CPU time by name."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Stopwatch:
    """Keeps every time; CPU time is that of all threads of the process."""

    def __init__(self) -> None:
        self._wall_ms: dict[str, list[float]] = {}
        self._cpu_ms: dict[str, list[float]] = {}

    def reset(self) -> None:
        """Forget what was measured so far: it was warming up."""
        self._wall_ms.clear()
        self._cpu_ms.clear()

    @contextmanager
    def time(self, path: str, times: int = 1) -> Iterator[None]:
        """Time what is done inside.

        Args:
            path: its name.
            times: how often it is done inside; the average is kept.
        """
        start_s, cpu_s = time.perf_counter(), time.process_time()
        yield
        self._cpu_ms.setdefault(path, []).append((time.process_time() - cpu_s) * 1000 / times)
        self._wall_ms.setdefault(path, []).append((time.perf_counter() - start_s) * 1000 / times)

    def add_stages(self, path: str, stage_ms: Mapping[str, float]) -> None:
        """Keep the stages that a path measured itself."""
        for stage, each_ms in stage_ms.items():
            self._wall_ms.setdefault(f"{path} {stage}", []).append(each_ms)

    def correct(self, path: str, wall_ms: float) -> None:
        """Keep a wall-clock time in place of the one that `time` took last under this name."""
        self._wall_ms[path][-1] = wall_ms

    def spreads(self) -> dict[str, dict[str, float]]:
        """Return median and 95th percentile of the wall-clock time in milliseconds, by name.

        In the order of the work: each path, then the stages that it measured itself.
        """
        import numpy as np  # noqa: PLC0415 - keeps --help fast.

        spreads = {}
        for name in sorted(self._wall_ms, key=self._place):
            p50, p95 = np.percentile(self._wall_ms[name], (50, 95))
            spreads[name] = {"p50_ms": round(float(p50), 3), "p95_ms": round(float(p95), 3)}
        return spreads

    def cpu_ms(self) -> dict[str, float]:
        """Return the median CPU time in milliseconds, by path."""
        return {
            path: round(sorted(times)[len(times) // 2], 3)
            for path, times in sorted(self._cpu_ms.items())
        }

    def _place(self, name: str) -> tuple[int, bool]:
        """Return where a name stands in the order of the work; a path before its stages."""
        paths = list(self._cpu_ms)
        # A path's name may begin as another's does.
        path = max((each for each in paths if f"{name} ".startswith(f"{each} ")), key=len)
        return paths.index(path), name != path
