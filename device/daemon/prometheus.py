"""The stats in the form that Prometheus reads; needs the extra ``metrics``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from device.errors import UsageError
from device.system.install_command import install_command

_GAUGES = {
    "fps": "Frames looked at per second.",
    "spool_depth": "Shots not yet acknowledged by the broker.",
    "spool_bytes": "Bytes of shots not yet acknowledged by the broker.",
    "unclaimed": "Shots to which nobody has subscribed.",
    "archive_bytes": "Bytes of delivered shots that are kept.",
    "torn": "Files and folders put aside in torn/.",
    "temperature_c": "Hottest sensor, degrees Celsius.",
    "memory_bytes": "Memory of the daemon.",
    "peak_memory_bytes": "The most memory the daemon ever had.",
    "uptime_s": "Since the daemon started.",
    "connected": "Whether the broker is there.",
}
_COUNTERS = {
    "frames": "Frames looked at.",
    "skipped": "Frames the camera gave and nobody had time for.",
    "shots": "Shots taken.",
    "refused": "Shots that the disk did not take.",
    "reconnects": "Connections to the broker after the first.",
}


class PrometheusExporter:
    """Answers ``GET /metrics`` on this machine alone, with the stats that were published last."""

    def __init__(self, port: int) -> None:
        """Begin to listen.

        Raises:
            UsageError: prometheus_client is not installed, or the port is taken.
        """
        try:
            self._sdk = import_module("prometheus_client")
            self._families = import_module("prometheus_client.core")
        except ImportError:
            raise UsageError(
                "metrics_port is set and prometheus_client is not installed: run"
                f" `{install_command('metrics')}`, or leave metrics_port out"
            ) from None
        self._stats: Mapping[str, Any] = {}
        self._degraded = 0
        registry = self._sdk.CollectorRegistry()
        registry.register(self)
        try:
            self._server, self._thread = self._sdk.start_http_server(
                port, addr="127.0.0.1", registry=registry
            )
        except OSError as error:
            raise UsageError(
                f"metrics_port {port} cannot be listened on ({error.strerror}): give another"
            ) from error

    def update(self, stats: Mapping[str, Any], degraded: int) -> None:
        """Replace the stats; from any thread.

        Args:
            stats: as in ``schemas/stats.json``.
            degraded: how many faults the status names.
        """
        self._stats, self._degraded = stats, degraded

    def collect(self) -> Iterator[Any]:
        """Yield the metrics; the client library calls this at each request."""
        stats, core = self._stats, self._families
        rig = str(stats.get("rig", ""))
        kinds = ((core.GaugeMetricFamily, _GAUGES), (core.CounterMetricFamily, _COUNTERS))
        for family, names in kinds:
            for name, what in names.items():
                if stats.get(name) is not None:
                    metric = family(f"selvedge_{name}", what, labels=["rig"])
                    metric.add_metric([rig], float(stats[name]))
                    yield metric
        if stats:
            latency = core.GaugeMetricFamily(
                "selvedge_stage_ms", "Latency.", labels=["rig", "path", "stage", "quantile"]
            )
            for path, stages in stats["stage_ms"].items():
                for stage, taken in stages.items():
                    for quantile, value in taken.items():
                        latency.add_metric([rig, path, stage, quantile], value)
            yield latency
            throttled = core.GaugeMetricFamily(
                "selvedge_throttled", "What holds a Raspberry Pi back.", labels=["rig", "state"]
            )
            for state in stats["throttled"]:
                throttled.add_metric([rig, state.removesuffix(" now")], 1)
            yield throttled
            degraded = core.GaugeMetricFamily(
                "selvedge_degraded", "Things that are not as they should be.", labels=["rig"]
            )
            degraded.add_metric([rig], self._degraded)
            yield degraded

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=2)
