"""Rigs of real parts, without a camera or a broker of their own."""

from __future__ import annotations

from pathlib import Path

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.cameras.feed import CameraFeed
from device.capture.late_notice import LateNotices
from device.capture.request_queue import CaptureQueue
from device.capture.trigger import make_trigger
from device.contract.status import RigStatus
from device.contract.topics import Topics
from device.daemon.reporter import Reporter
from device.daemon.shooting_loop import ShootingLoop
from device.delivery.delivery import Delivery
from device.pipeline.pipeline import Pipeline
from device.preview.publisher import PreviewPublisher
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.runtimes.factory import open_runtime
from device.settings.loading import load_config
from device.shots.ledger import Ledger
from device.shots.shot_taker import ShotTaker
from device.shots.spool import Spool


def build_rig(
    state: Path, spool: Spool, feed: CameraFeed, **settings: object
) -> tuple[ShootingLoop, CaptureQueue]:
    """A rig of real parts that has never found its broker."""
    config = load_config(None, {"camera": "0", "rig": "r", "state_dir": state, **settings})
    bundle = load_bundle(default_bundle_path())
    runtime, _ = open_runtime(bundle, "cpu")
    topics, ledger = Topics("selvedge", "r"), Ledger(state, 0)
    publisher = MqttPublisher(MqttLogin(config.broker, "r"))
    notices = LateNotices(lambda notice: publisher.publish(notice, 0))
    desk, pipeline = CaptureQueue(topics, ledger, notices), Pipeline(bundle, runtime)
    status = RigStatus("r", bundle.id, runtime.backend, feed.name, "still", "now")
    message = status.message(topics.status, "online")
    delivery = Delivery(publisher, spool, "selvedge", desk.answers, message)
    rig = ShootingLoop(
        config,
        feed=feed,
        pipeline=pipeline,
        shooter=ShotTaker(pipeline, spool, ledger, topics),
        trigger=make_trigger(config),
        desk=desk,
        reporter=Reporter(status, topics, publisher, delivery, spool),
        delivery=delivery,
        previews=PreviewPublisher(publisher, topics.preview, config.preview),
    )
    return rig, desk
