"""What the rig says about itself while it works: status and stats."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import replace

from device.contract.message import Message, make_json_message
from device.contract.status import RigStatus
from device.contract.topics import Topics
from device.daemon.prometheus import PrometheusExporter
from device.daemon.stats import DeliveryState, Stats
from device.delivery.delivery import Delivery
from device.preview.screen import RigView, Screen
from device.publishers.publisher import Publisher
from device.shot_list.shot_list import ShotList
from device.shots.spool import Spool
from device.system.board import find_trouble

_LOG = logging.getLogger(__name__)
_SECONDS = re.compile(r" [0-9.]+ s$")
_STATS_EVERY_S = 10.0  # as promised to subscribers


class Reporter:
    """Publishes status and stats. Belongs to the shooting thread and never waits for the broker.

    Attributes:
        stats: the counters.
        on_online: called once, when the broker has taken the status.
    """

    def __init__(
        self,
        status: RigStatus,
        topics: Topics,
        publisher: Publisher,
        delivery: Delivery,
        spool: Spool,
        metrics: PrometheusExporter | None = None,
        shot_list: ShotList | None = None,
        screen: Screen | None = None,
    ) -> None:
        """Start with all counters at 0.

        Args:
            status: what stays the same from one status to the next.
            topics: of this rig.
            publisher: sends the stats.
            delivery: sends the status, again after each lost connection.
            spool: its depth and size go into the stats.
            metrics: gets the stats too, where Prometheus is served.
            shot_list: whose progress is published.
            screen: shows the state too; None where there is none.
        """
        self.stats = Stats()
        self.on_online: Callable[[], None] | None = None
        self._status = status
        self._topics = topics
        self._publisher = publisher
        self._delivery = delivery
        self._spool = spool
        self._metrics = metrics
        self._shot_list = shot_list
        self._listed = (0, 0)  # Changes and connections when the progress was published last.
        self._screen = screen
        self._board_trouble: str | None = None
        self._protocol: str | None = None
        self._published_s = time.monotonic()

    def report(
        self, camera: str | None = None, *troubles: str | None, backend: str, clock: str = "ok"
    ) -> None:
        """Publish the stats when they are due, and the status when it has changed.

        Args:
            camera: why there are no pictures; None where there are.
            troubles: what else is wrong at the moment, one sentence each; None for what is fine.
            backend: what runs the model at the moment.
            clock: whether the clock can be right.
        """
        if self.on_online is not None and self._delivery.is_online:
            self.on_online()
            self.on_online = None
        if self._protocol is None:
            self._note_protocol()
        troubles = (camera, *troubles, *self._delivery.troubles, self._board_trouble)
        found = (*self._status.degraded, *(trouble for trouble in troubles if trouble))
        degraded = tuple(dict.fromkeys(found))
        status = replace(self._status, degraded=degraded, backend=backend, clock=clock)
        self._delivery.announce(status.message(self._topics.status, "online"))
        self._publish_list()
        if self._screen is not None:
            self._show(self._screen, camera, degraded)
        if time.monotonic() - self._published_s >= _STATS_EVERY_S:
            self._published_s = time.monotonic()
            self._board_trouble = find_trouble()
            self._publish_stats(len(degraded))

    def _publish_list(self) -> None:
        """Publish the shot list's progress when it has changed, and after each connection."""
        shot_list = self._shot_list
        if shot_list is None or not self._publisher.connected:
            return
        now = (shot_list.changes, self._publisher.connections)
        if now == self._listed or (not len(shot_list) and not shot_list.changes):
            return
        topic = self._topics.list
        message = Message(topic, b"", 0, retain=True)  # Takes back the last one.
        if len(shot_list):
            document = shot_list.describe(self._topics.rig)
            message = make_json_message(topic, document, qos=0, retain=True)
        if self._publisher.publish(message, 0):
            self._listed = now

    def _show(self, screen: Screen, camera: str | None, degraded: tuple[str, ...]) -> None:
        screen.show_rig(
            RigView(
                # Each tenth of a second would be another state.
                waits_for=_SECONDS.sub("", self.stats.trigger_state),
                camera_trouble=camera,
                degraded=degraded,
                connected=self._publisher.connected,
                waiting=self._spool.depth,
                shots=self.stats.shots,
            )
        )

    def _note_protocol(self) -> None:
        self._protocol = self._publisher.protocol
        if self._protocol == "3.1.1":
            _LOG.info(
                "the broker speaks MQTT 3.1.1 and so cannot say whether anybody has subscribed: a"
                " shot that it acknowledges counts as delivered, be a subscriber there or not"
            )

    def _publish_stats(self, degraded: int) -> None:
        state = DeliveryState(
            connected=self._publisher.connected,
            reconnects=max(0, self._publisher.connections - 1),
            spool_depth=self._spool.depth,
            spool_bytes=self._spool.size_bytes,
            unclaimed=self._delivery.unclaimed,
            archive_bytes=self._spool.archive.size_bytes,
            torn=self._spool.torn.count,
        )
        document = self.stats.describe(self._topics.rig, state)
        if self._metrics is not None:
            self._metrics.update(document, degraded)
        self._publisher.publish(make_json_message(self._topics.stats, document, qos=0), 0)
