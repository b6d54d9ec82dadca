"""What the rig counts between two reports."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from device.daemon.stats import DeliveryState, Stats

DELIVERY = DeliveryState(connected=True, reconnects=2, spool_depth=3, spool_bytes=400)


def test_skipped_frames_are_the_gaps_in_the_numbers() -> None:
    """Frames that the camera gave and nobody looked at are counted; a reopened camera is none."""
    counters = Stats()
    for sequence in (0, 1, 5, 6, 0, 1):
        counters.count_frame(sequence)
    stats = counters.describe("rig", DELIVERY)
    assert (stats["frames"], stats["skipped"]) == (6, 3)


def test_rate_is_that_since_the_last_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames per second are those since the last stats, not since the start."""
    now_s = 1000.0
    monkeypatch.setattr("device.daemon.stats.time.monotonic", lambda: now_s)
    counters = Stats()
    for sequence in range(100):
        counters.count_frame(sequence)
    now_s += 10
    assert counters.describe("rig", DELIVERY)["fps"] == 10
    now_s += 10
    assert counters.describe("rig", DELIVERY)["fps"] == 0


def test_memory_is_this_process_own() -> None:
    """The peak is at least what is used now, and a process that was started small says so."""
    code = (
        "import json; from device.system.memory import measure_memory\n"
        "print(json.dumps(measure_memory()))"
    )
    ballast = bytearray(400_000_000)
    ballast[::4096] = b"x" * len(ballast[::4096])
    told = json.loads(
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    )
    assert 5_000_000 < told["memory_bytes"] <= told["peak_memory_bytes"] < 300_000_000
    assert len(ballast) == 400_000_000


def test_percentiles_are_of_the_latest() -> None:
    """Latencies are told as p50 and p95 by path and stage; old ones are forgotten."""
    counters = Stats()
    for _ in range(500):
        counters.add_times("preview", {"invoke": 1000.0})
    for taken_ms in range(1, 201):
        counters.add_times("preview", {"invoke": float(taken_ms)})
    stages = counters.describe("rig", DELIVERY)["stage_ms"]
    assert stages == {"preview": {"invoke": {"p50": 100.5, "p95": 190.05}}, "shot": {}}
