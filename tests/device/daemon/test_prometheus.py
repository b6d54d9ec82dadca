"""Figures for Prometheus, asked for over HTTP."""

from __future__ import annotations

import socket
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from device.checks.temperature import check_temperature
from device.daemon import reporter
from device.daemon.prometheus import PrometheusExporter
from device.daemon.stats import DeliveryState, Stats
from device.errors import UsageError
from device.system import board
from device.system.board import read_temperature_c, read_throttling
from tests.support.mosquitto import free_port


def _ask(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


def test_prometheus_gets_what_the_stats_say() -> None:
    """Before the first stats there is nothing; after it the figures, under the rig's name."""
    health = Stats()
    health.shots = 3
    health.timed("shot", {"invoke": 12.5})
    port = free_port()
    with closing(PrometheusExporter(port)) as metrics:
        assert "selvedge" not in _ask(port)
        state = DeliveryState(connected=True, reconnects=2, spool_depth=7, spool_bytes=70)
        stats = {**health.document("rig-1", state), "throttled": ["under-voltage now"]}
        metrics.update(stats, degraded=1)
        told = _ask(port)
    assert 'selvedge_shots_total{rig="rig-1"} 3.0' in told
    assert 'selvedge_spool_depth{rig="rig-1"} 7.0' in told
    assert 'selvedge_degraded{rig="rig-1"} 1.0' in told
    assert 'selvedge_throttled{rig="rig-1",state="under-voltage"} 1.0' in told
    stage = 'path="shot",quantile="p95",rig="rig-1",stage="invoke"'
    assert f"selvedge_stage_ms{{{stage}}} 12.5" in told


def test_taken_port_and_missing_package_are_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are wrong configuration that names its mend."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="give another"):
            PrometheusExporter(taken.getsockname()[1])
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(UsageError, match=r"\.\[metrics\]"):
        PrometheusExporter(free_port())


def test_heat_and_weak_power_are_degraded_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a Pi says of this moment is told; what has been since boot is not."""
    zone, firmware = tmp_path / "thermal_zone0", tmp_path / "get_throttled"
    zone.mkdir()
    monkeypatch.setattr(
        reporter, "check_temperature", lambda: check_temperature(tmp_path, firmware)
    )
    monkeypatch.setattr(reporter, "temperature_c", lambda: read_temperature_c(tmp_path))
    for milli, bits, told in ((50_000, 0, None), (50_000, 1 << 16, None)):
        (zone / "temp").write_text(str(milli), "ascii")
        firmware.write_text(f"{bits:x}", "ascii")
        assert reporter.find_heat_trouble() is told
    firmware.write_text("5", "ascii")
    assert "under-voltage now, throttled now" in str(reporter.find_heat_trouble())
    firmware.write_text("0", "ascii")
    (zone / "temp").write_text("85000", "ascii")
    assert "85 °C" in str(reporter.find_heat_trouble())


def test_throttling_is_found_wherever_a_pi_tells_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the firmware's file under a Pi 4's name or a Pi 5's, else by the kernel's monitor."""
    monkeypatch.setattr(board, "_PLATFORM", tmp_path / "platform")
    monkeypatch.setattr(board, "_MONITORS", tmp_path / "hwmon")
    assert read_throttling() == []
    monitor = tmp_path / "hwmon" / "hwmon1"
    monitor.mkdir(parents=True)
    (monitor / "name").write_text("rpi_volt\n", "ascii")
    (monitor / "in0_lcrit_alarm").write_text("1\n", "ascii")
    assert read_throttling() == ["under-voltage now"]
    for soc in ("soc@107c000000", "soc"):
        folder = tmp_path / "platform" / soc / f"{soc}:firmware"
        folder.mkdir(parents=True)
        (folder / "get_throttled").write_text("20004\n", "ascii")
        assert read_throttling() == ["throttled now", "clock capped since boot"]
        stats = Stats().document("r", DeliveryState(True, 0, 0, 0))  # noqa: FBT003 - as it reads
        assert stats["throttled"] == ["throttled now"]
        (folder / "get_throttled").unlink()
        folder.rmdir()
