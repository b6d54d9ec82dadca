"""Figures for Prometheus, asked for over HTTP."""

from __future__ import annotations

import socket
import sys
import urllib.request
from contextlib import closing

import pytest

from device.daemon.prometheus import PrometheusExporter
from device.daemon.stats import DeliveryState, Stats
from device.errors import UsageError
from tests.support.mosquitto import free_port


def _ask(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


def test_prometheus_gets_what_the_stats_say() -> None:
    """Before the first stats there is nothing; after it the figures, under the rig's name."""
    counters = Stats()
    counters.shots = 3
    counters.add_times("shot", {"invoke": 12.5})
    port = free_port()
    with closing(PrometheusExporter(port)) as metrics:
        assert "selvedge" not in _ask(port)
        state = DeliveryState(connected=True, reconnects=2, spool_depth=7, spool_bytes=70)
        stats = {**counters.describe("rig-1", state), "throttled": ["under-voltage now"]}
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
