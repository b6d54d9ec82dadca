"""The delivery thread between a real spool and a real broker."""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from contextlib import closing
from pathlib import Path

from device.delivery import Delivery
from device.message import Message
from device.publishers.embedded import EmbeddedBroker
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.spool import Spool

ONLINE, STOPPED = (Message("selvedge/rig/status", text, 1, retain=True) for text in (b"on", b"off"))


def _add(spool: Spool, serial: int) -> str:
    shot_id = f"20261122T144800123Z-rig-{serial:04d}"
    png = b"\x89PNG" * 1000
    told = {"id": shot_id, "rig": "rig", "sha256": hashlib.sha256(png).hexdigest()}
    spool.add(shot_id, png, json.dumps({**told, "request_id": None}).encode())
    spool.release(shot_id)
    return shot_id


def test_last_shot_before_the_end_is_delivered(tmp_path: Path) -> None:
    """A shot that comes in the very moment in which the run ends is still delivered."""
    with closing(EmbeddedBroker(0)) as broker:
        for serial in range(1, 41):
            spool = Spool(tmp_path, 10**9)
            publisher = MqttPublisher(MqttLogin(broker.address, "rig"))
            delivery = Delivery(publisher, spool, "selvedge", deque(), ONLINE)
            delivery.start(wait_s=5)
            time.sleep(0.0003 * serial)
            _add(spool, serial)
            assert delivery.finish(10, STOPPED) == 0


def test_torn_shot_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """A shot damaged on disk is put aside, and those behind it are delivered in order."""
    spool = Spool(tmp_path, 10**9)
    shots = [_add(spool, serial) for serial in (1, 2, 3)]
    (tmp_path / "spool" / shots[0] / "cutout.png").write_bytes(b"")
    got: list[Message] = []
    with closing(EmbeddedBroker(0)) as broker:
        login = MqttLogin(broker.address, "ear", subscriptions=("selvedge/#",))
        with closing(MqttPublisher(login, got.append)) as ear:
            ear.connect(5)
            publisher = MqttPublisher(MqttLogin(broker.address, "rig"))
            delivery = Delivery(publisher, spool, "selvedge", deque(), ONLINE)
            delivery.start(wait_s=5)
            assert delivery.finish(10, STOPPED) == 0
            broker.close()
    topics = [message.topic.removeprefix("selvedge/rig/") for message in got]
    halves = [f"{kind}/{shot}" for shot in shots[1:] for kind in ("cutout", "shot")]
    assert topics == ["status", *halves, "status"]
    assert (tmp_path / "torn" / shots[0]).is_dir()
