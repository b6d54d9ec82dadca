"""Counters and latencies, published as ``stats``."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from device.system.board import read_temperature_c, read_throttling
from device.system.memory import measure_memory

FORMAT_VERSION = 1
# Percentiles are of so many latest previews and shots: 40 s of previews at five a second, and
# hours of shots, in a few kilobytes.
_WINDOW = 200


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """Broker connection and spool at the moment.

    Attributes:
        connected: whether the broker is connected.
        reconnects: connections after the first.
        spool_depth: shots that wait.
        spool_bytes: bytes that wait.
        unclaimed: shots among them to which nobody has subscribed.
        archive_bytes: bytes of delivered shots that are kept.
        torn: files and folders in ``torn/``.
    """

    connected: bool
    reconnects: int
    spool_depth: int
    spool_bytes: int
    unclaimed: int = 0
    archive_bytes: int = 0
    torn: int = 0


class Stats:
    """Counts what the shooting thread does. Not for two threads at once.

    Attributes:
        shots: taken since the start.
        refused: shots that could not be taken: no disk, no camera.
        failed: frames of a camera that were to be shot and could not be cut or encoded.
        trigger_state: what the rig waits for, for people.
    """

    def __init__(self) -> None:
        self.shots = 0
        self.refused = 0
        self.failed = 0
        self.trigger_state = "starting"
        self._frames = 0
        self._skipped = 0
        self._last_sequence: int | None = None
        self._started_s = self._since_s = time.monotonic()
        self._frames_before = 0
        self._stages: dict[str, dict[str, deque[float]]] = {"preview": {}, "shot": {}}

    def count_frame(self, sequence: int) -> None:
        """Count a frame; a gap in the sequence numbers counts as frames that were skipped."""
        self._frames += 1
        if self._last_sequence is not None and sequence > self._last_sequence:
            self._skipped += sequence - self._last_sequence - 1
        self._last_sequence = sequence

    def add_times(self, path: str, stage_ms: Mapping[str, float]) -> None:
        """Add the latencies of one ``preview`` or one ``shot``."""
        stages = self._stages[path]
        for stage, taken_ms in stage_ms.items():
            stages.setdefault(stage, deque(maxlen=_WINDOW)).append(taken_ms)

    def describe(self, rig: str, delivery: DeliveryState) -> dict[str, object]:
        """Return the stats as ``schemas/stats.json`` has them; ``fps`` is since the last call."""
        now_s = time.monotonic()
        elapsed_s = max(now_s - self._since_s, 1e-3)
        fps = (self._frames - self._frames_before) / elapsed_s
        self._since_s, self._frames_before = now_s, self._frames
        return {
            "format_version": FORMAT_VERSION,
            "rig": rig,
            "uptime_s": round(now_s - self._started_s, 1),
            "fps": round(fps, 2),
            "frames": self._frames,
            "skipped": self._skipped,
            "shots": self.shots,
            "refused": self.refused,
            "trigger_state": self.trigger_state,
            "stage_ms": {
                path: {stage: _take_percentiles(times_ms) for stage, times_ms in stages.items()}
                for path, stages in self._stages.items()
            },
            "connected": delivery.connected,
            "reconnects": delivery.reconnects,
            "spool_depth": delivery.spool_depth,
            "spool_bytes": delivery.spool_bytes,
            "unclaimed": delivery.unclaimed,
            "archive_bytes": delivery.archive_bytes,
            "torn": delivery.torn,
            "temperature_c": read_temperature_c(),
            "throttled": [f"{state} now" for state in read_throttling().now],
            **measure_memory(),
        }


def _take_percentiles(times_ms: deque[float]) -> dict[str, float]:
    p50, p95 = np.percentile(np.fromiter(times_ms, dtype=np.float64), (50, 95))
    return {"p50": round(float(p50), 3), "p95": round(float(p95), 3)}
