"""Rigs of real parts, without a camera or a broker of their own."""

from __future__ import annotations

from pathlib import Path

from device.bundle import default_bundle_path, load_bundle
from device.camera_feed import CameraFeed
from device.capture_desk import CaptureDesk
from device.config import load_config
from device.delivery import Delivery
from device.ledger import Ledger
from device.pipeline import Pipeline
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.reporter import Reporter
from device.rig import Rig, make_trigger
from device.runtimes.factory import open_runtime
from device.shooter import Shooter
from device.spool import Spool
from device.status import RigStatus
from device.topics import Topics


def build_rig(
    state: Path, spool: Spool, feed: CameraFeed, **settings: object
) -> tuple[Rig, CaptureDesk]:
    """A rig of real parts that has never found its broker."""
    config = load_config(None, {"camera": "0", "rig": "r", "state_dir": state, **settings})
    bundle = load_bundle(default_bundle_path())
    runtime, _ = open_runtime(bundle, "cpu")
    topics, ledger = Topics("selvedge", "r"), Ledger(state, 0)
    desk, pipeline = CaptureDesk(topics, ledger), Pipeline(bundle, runtime)
    publisher = MqttPublisher(MqttLogin(config.broker, "r"))
    status = RigStatus("r", bundle.id, runtime.backend, feed.name, "still", "now")
    message = status.message(topics.status, "online")
    delivery = Delivery(publisher, spool, "selvedge", desk.answers, message)
    rig = Rig(
        config,
        feed=feed,
        pipeline=pipeline,
        shooter=Shooter(pipeline, spool, ledger, topics),
        trigger=make_trigger(config),
        desk=desk,
        reporter=Reporter(status, topics, publisher, delivery, spool),
    )
    return rig, desk
