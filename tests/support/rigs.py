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
from device.plate.bare_plate import BarePlate
from device.preview.preview_path import PreviewPath
from device.preview.publisher import PreviewPublisher
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.runtimes.factory import open_runtime
from device.settings.loading import load_config
from device.shots.ledger import Ledger
from device.shots.shot_path import ShotPath
from device.shots.spool import Spool
from device.verdict.people_watch import PeopleWatch
from device.verdict.shot_judge import ShotJudge


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
    plate = BarePlate(config.verdict.garment_share)
    people = PeopleWatch(config.verdict.garment_share)
    rig = ShootingLoop(
        config,
        feed=feed,
        runtime=runtime,
        previews=PreviewPath(
            pipeline,
            plate,
            PreviewPublisher(publisher, topics.preview, config.preview),
            config.preview,
            motion_share=config.still.motion_share,
            people=people,
        ),
        shots=ShotPath(pipeline, ShotJudge(plate, people=people), plate, spool, ledger, topics),
        trigger=make_trigger(config),
        requests=desk,
        reporter=Reporter(status, topics, publisher, delivery, spool),
        delivery=delivery,
    )
    return rig, desk
