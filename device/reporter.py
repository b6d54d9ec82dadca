"""What the rig says about itself while it works: status, stats and previews."""

from __future__ import annotations

import time
from dataclasses import replace

from device.cutout_image import encode_preview
from device.delivery import Delivery
from device.frame import Cutout
from device.health import DeliveryState, Health
from device.message import Message, json_message
from device.notify import notify
from device.preview import PreviewSettings
from device.publishers.publisher import Publisher
from device.spool import Spool
from device.status import RigStatus
from device.topics import Topics

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
    ) -> None:
        self.health = Health()
        self._status = status
        self._topics = topics
        self._publisher = publisher
        self._delivery = delivery
        self._spool = spool
        self._stats_s = time.monotonic()
        self._watchdog_s = 0.0

    def preview(self, cutout: Cutout, settings: PreviewSettings) -> None:
        """Publish a picture of what is seen; dropped while the last one is still on its way."""
        if not self._publisher.connected:
            return
        picture = encode_preview(cutout, longest_px=settings.longest_px, quality=settings.quality)
        message = Message(self._topics.preview, picture, 0, content_type="image/jpeg")
        self._publisher.publish(message, 0)

    def progressed(self) -> None:
        """Tell systemd's watchdog that the shooting loop moves; only ever called when it does."""
        if time.monotonic() - self._watchdog_s >= _WATCHDOG_EVERY_S:
            self._watchdog_s = time.monotonic()
            notify("WATCHDOG=1")

    def report(self, *troubles: str | None) -> None:
        """Publish the stats when they are due, and the status when it has changed.

        Args:
            troubles: what is amiss at the moment, one sentence each; None for what is well.
        """
        troubles = (*troubles, self._delivery.trouble)
        amiss = (*self._status.degraded, *(trouble for trouble in troubles if trouble))
        status = replace(self._status, degraded=amiss)
        self._delivery.announce(status.message(self._topics.status, "online"))
        if time.monotonic() - self._stats_s >= _STATS_EVERY_S:
            self._stats_s = time.monotonic()
            self._publisher.publish(self._stats(), 0)

    def wake(self) -> None:
        """There is something to deliver."""
        self._delivery.wake()

    def _stats(self) -> Message:
        state = DeliveryState(
            connected=self._publisher.connected,
            reconnects=max(0, self._publisher.connections - 1),
            spool_depth=self._spool.depth,
            spool_bytes=self._spool.size_bytes,
        )
        return json_message(
            self._topics.stats, self.health.document(self._topics.rig, state), qos=0
        )
