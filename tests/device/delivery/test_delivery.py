"""The delivery thread between a real spool and a real broker."""

from __future__ import annotations

import hashlib
import json
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from device.contract.content_type import PNG_SIGNATURE
from device.contract.message import Message
from device.delivery.answer_queue import AnswerQueue
from device.delivery.delivery import Delivery
from device.publishers.embedded import EmbeddedBroker
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.publishers.publisher import Receipt
from device.settings.broker_address import parse_broker
from device.shots.spool import Spool
from tests.support.mosquitto import MosquittoBroker
from tests.support.own_process import run_in_own_process
from tests.support.programs import wait_until

ONLINE, STOPPED = (Message("selvedge/rig/status", text, 1, retain=True) for text in (b"on", b"off"))


def _add(spool: Spool, serial: int) -> str:
    shot_id = f"20261122T144800123Z-rig-{serial:04d}"
    png = PNG_SIGNATURE * 1000
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
            delivery = Delivery(publisher, spool, "selvedge", AnswerQueue(), ONLINE)
            delivery.start(wait_s=5)
            time.sleep(0.0003 * serial)
            _add(spool, serial)
            assert delivery.finish(10, STOPPED) == 0


def test_torn_shot_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """A shot damaged on disk is put aside, and those behind it are delivered in order."""
    spool = Spool(tmp_path, 10**9)
    shots = [_add(spool, serial) for serial in (1, 2, 3)]
    (tmp_path / "spool" / shots[0] / "picture.png").write_bytes(b"")
    got: list[Message] = []
    with closing(EmbeddedBroker(0)) as broker:
        login = MqttLogin(broker.address, "ear", subscriptions=("selvedge/#",))
        with closing(MqttPublisher(login, got.append)) as ear:
            ear.connect(5)
            publisher = MqttPublisher(MqttLogin(broker.address, "rig"))
            delivery = Delivery(publisher, spool, "selvedge", AnswerQueue(), ONLINE)
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


class _Counted:
    """A broker that takes everything but one picture, over which it hangs up."""

    lost_reason = "it was cut"
    left_s = 0.0
    protocol = "5"

    def __init__(self, refused: str = "") -> None:
        self.connections = 0
        self.connected = False
        self.topics: list[str] = []
        self._refused = refused

    def connect(self, timeout_s: float) -> None:  # noqa: ARG002 - the contract's parameter
        """Accept."""
        self.connections, self.connected = self.connections + 1, True

    @property
    def room(self) -> int:
        """It takes as many as come."""
        return 1000 if self.connected else 0

    def post(self, message: Message, settled: Callable[[], None]) -> Receipt:
        """Answer at once."""
        arrived = self.publish(message, 0)
        settled()
        return Receipt(settled=True, arrived=arrived)

    def abandon(self) -> None:
        """Cut it."""
        self.connected = False

    def publish(self, message: Message, timeout_s: float) -> bool:  # noqa: ARG002 - as above
        """Take it, or hang up."""
        if self._refused and message.topic.endswith(f"cutout/{self._refused}"):
            self.connected = False
        elif self.connected:
            self.topics.append(message.topic)
        return self.connected

    def close(self) -> None:
        """Nothing to release."""


def test_picture_over_which_the_broker_hangs_up_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under 3.1.1 a broker only hangs up over what is too large: it is kept, told, and passed."""
    monkeypatch.setattr("device.delivery.delivery._LONGEST_PAUSE_S", 0.01)
    spool = Spool(tmp_path, 10**9)
    shots = [_add(spool, serial) for serial in (1, 2, 3)]
    publisher = _Counted(refused=shots[0])
    delivery = Delivery(publisher, spool, "selvedge", AnswerQueue(), ONLINE)
    delivery.start(wait_s=5)
    wait_until(lambda: spool.depth == 1)
    # Five times, once more since the next shot showed that the broker is well, and then no more.
    assert publisher.connections == 7
    assert "hung up" in str(delivery.trouble)
    assert "raise the broker's limit" not in str(delivery.trouble)
    assert delivery.finish(5, STOPPED) == 1
    assert Spool(tmp_path, 10**9).waiting() == (shots[0],)
    arrived = [topic.rpartition("/")[2] for topic in publisher.topics if "/shot/" in topic]
    assert arrived == shots[1:]


def _drain(root: Path) -> tuple[list[int], int]:
    """Send all that the spool holds; return the shots' numbers and the most bytes it took."""
    publisher = _Counted()
    tracemalloc.start()
    delivery = Delivery(publisher, Spool(root, 10**9), "selvedge", AnswerQueue(), ONLINE)
    delivery.start(wait_s=5)
    assert delivery.finish(120, STOPPED) == 0
    _, peak_bytes = tracemalloc.get_traced_memory()
    serials = [int(topic.rpartition("-")[2]) for topic in publisher.topics if "/shot/" in topic]
    return serials, peak_bytes


def test_backlog_drains_in_order_and_in_little_memory(tmp_path: Path) -> None:
    """After hours without a broker shots leave one by one; memory holds only their names."""
    png = PNG_SIGNATURE * 5_000
    sha256 = hashlib.sha256(png).hexdigest()
    for serial in range(1, 301):
        shot_id = f"20261122T144800123Z-rig-{serial:04d}"
        folder = tmp_path / "spool" / shot_id
        folder.mkdir(parents=True)
        (folder / "picture.png").write_bytes(png)
        told = {"id": shot_id, "rig": "rig", "sha256": sha256, "request_id": None}
        (folder / "shot.json").write_text(json.dumps(told), "ascii")
    serials, peak_bytes = run_in_own_process(_drain, tmp_path)
    assert serials == list(range(1, 301))
    assert peak_bytes < 4_000_000  # Of 12 MB on disk.
