"""A rig that is updated while shots wait for its broker."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from pathlib import Path

from device.contract.content_type import PNG_SIGNATURE
from device.contract.message import Message
from device.delivery.answer_queue import AnswerQueue
from device.delivery.delivery import Delivery
from device.publishers.embedded import EmbeddedBroker
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.shots.spool import Spool

PICTURES = (PNG_SIGNATURE + b"of 0.1.0", b"RIFF\x08\0\0\0WEBPof 0.1.0")


def test_shots_that_the_former_release_left_are_delivered(tmp_path: Path) -> None:
    """0.1.0 called every picture cutout.png, WebP too; after an update they go out in order."""
    for serial, picture in enumerate(PICTURES, start=1):
        folder = tmp_path / "spool" / f"20261122T144800123Z-rig-{serial:04d}"
        folder.mkdir(parents=True)
        (folder / "cutout.png").write_bytes(picture)
        digest = hashlib.sha256(picture).hexdigest()
        shot = {"id": folder.name, "rig": "rig", "sha256": digest, "request_id": None}
        (folder / "shot.json").write_text(json.dumps(shot), "ascii")
    got: list[Message] = []
    with closing(EmbeddedBroker(0)) as broker:
        login = MqttLogin(broker.address, "ear", subscriptions=("selvedge/rig/cutout/#",))
        with closing(MqttPublisher(login, got.append)) as ear:
            ear.connect(5)
            publisher = MqttPublisher(MqttLogin(broker.address, "rig"))
            status = Message("selvedge/rig/status", b"on", 1, retain=True)
            spool = Spool(tmp_path, 10**9)
            delivery = Delivery(publisher, spool, "selvedge", AnswerQueue(), status)
            delivery.start(wait_s=5)
            assert delivery.finish(10, status) == 0
            broker.close()
    assert tuple(message.payload for message in got) == PICTURES
    assert list((tmp_path / "spool").iterdir()) == []
