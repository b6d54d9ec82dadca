"""What the rig says about itself while it works: status, stats and previews."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from device.contract.message import Message, json_message
from device.contract.status import RigStatus
from device.contract.topics import Topics
from device.daemon.prometheus import PrometheusExporter
from device.daemon.stats import DeliveryState, Stats
from device.delivery.delivery import Delivery
from device.pipeline.cutout import Cutout
from device.preview.drawing import encode_preview
from device.publishers.publisher import Publisher
from device.settings.preview import PreviewSettings
from device.shots.spool import Spool
from device.system.board import find_trouble
from device.system.sd_notify import notify

_LOG = logging.getLogger(__name__)
_STATS_EVERY_S = 10.0
_WATCHDOG_EVERY_S = 1.0


class Reporter:
    """Belongs to the shooting thread; nothing in it waits for the broker.

    Attributes:
        health: the counters.
    """

    def __init__(
        self,
        status: RigStatus,
        topics: Topics,
        publisher: Publisher,
        delivery: Delivery,
        spool: Spool,
        metrics: PrometheusExporter | None = None,
    ) -> None:
        self.health = Stats()
        self._metrics = metrics
        self._heat: str | None = None
        self._status = status
        self._topics = topics
        self._publisher = publisher
        self._delivery = delivery
        self._spool = spool
        self._draughtsman = ThreadPoolExecutor(1, thread_name_prefix="preview")
        self._drawing: Future[None] | None = None
        self._stats_s = time.monotonic()
        self._watchdog_s = 0.0

    def preview(self, seen: Callable[[], Cutout], settings: PreviewSettings) -> None:
        """Draw what is seen and publish it beside the work; dropped while the last is drawn."""
        drawing = self._drawing is not None and not self._drawing.done()
        if self._publisher.connected and not drawing:
            self._drawing = self._draughtsman.submit(self._draw, seen, settings)

    def _draw(self, seen: Callable[[], Cutout], settings: PreviewSettings) -> None:
        try:
            picture = encode_preview(
                seen(), longest_px=settings.longest_px, quality=settings.quality
            )
            message = Message(self._topics.preview, picture, 0, content_type="image/jpeg")
            self._publisher.publish(message, 0)
        except Exception:  # noqa: BLE001 - in a thread of its own nobody else would hear of it
            _LOG.exception("a preview was not sent")

    def progressed(self) -> None:
        """Tell systemd's watchdog that the shooting loop moves; only ever called when it does."""
        if time.monotonic() - self._watchdog_s >= _WATCHDOG_EVERY_S:
            self._watchdog_s = time.monotonic()
            notify("WATCHDOG=1")

    def report(self, *troubles: str | None, backend: str) -> None:
        """Publish the stats when they are due, and the status when it has changed.

        Args:
            troubles: what is amiss at the moment, one sentence each; None for what is well.
            backend: what runs the model at the moment.
        """
        troubles = (*troubles, self._delivery.trouble, self._heat)
        amiss = (*self._status.degraded, *(trouble for trouble in troubles if trouble))
        status = replace(self._status, degraded=amiss, backend=backend)
        self._delivery.announce(status.message(self._topics.status, "online"))
        if time.monotonic() - self._stats_s >= _STATS_EVERY_S:
            self._stats_s = time.monotonic()
            self._heat = find_trouble()
            stats = self._stats()
            if self._metrics is not None:
                self._metrics.update(stats, len(amiss))
            self._publisher.publish(json_message(self._topics.stats, stats, qos=0), 0)

    def wake(self) -> None:
        """There is something to deliver."""
        self._delivery.wake()

    def _stats(self) -> dict[str, object]:
        state = DeliveryState(
            connected=self._publisher.connected,
            reconnects=max(0, self._publisher.connections - 1),
            spool_depth=self._spool.depth,
            spool_bytes=self._spool.size_bytes,
        )
        return self.health.document(self._topics.rig, state)
