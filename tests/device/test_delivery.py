"""The delivery thread between a real spool and a real broker."""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from contextlib import closing
from pathlib import Path

import pytest

from device.broker_address import parse_broker
from device.delivery import Delivery
from device.message import Message
from device.publishers.embedded import EmbeddedBroker
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.spool import Spool
from tests.mosquitto_broker import MosquittoBroker

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


@pytest.mark.broker
def test_previews_never_speak_for_a_shot(tmp_path: Path) -> None:
    """After so many previews that message ids come round, a shot still needs its own answer."""
    broker = MosquittoBroker(tmp_path / "mosquitto")
    broker.start()
    try:
        with closing(MqttPublisher(MqttLogin(parse_broker(broker.address), "rig"))) as publisher:
            publisher.connect(5)
            for number in range(65_600):
                while not publisher.publish(Message(f"preview/{number % 500}", b"", 0), 0):
                    time.sleep(0.001)
            assert publisher.publish(Message("shot", b"1", 1), 20)
            broker.freeze()
            assert not publisher.publish(Message("shot", b"2", 1), 0.5)
    finally:
        broker.stop()
