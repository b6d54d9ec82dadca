"""Messages that nobody waits for, over mosquitto: previews, stats and words before an answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import wait_until

pytestmark = pytest.mark.broker


@pytest.fixture(name="publisher")
def _publisher(tmp_path: Path) -> Iterator[MqttPublisher]:
    """Connected to a broker that takes 2000 bytes at a time."""
    broker = MosquittoBroker(tmp_path / "m", "max_packet_size 2000")
    broker.start()
    with closing(MqttPublisher(MqttLogin(parse_broker(broker.address), "rig"))) as publisher:
        publisher.connect(5)
        yield publisher
    broker.stop()


def test_what_is_too_large_is_dropped_and_told_once(
    publisher: MqttPublisher, caplog: pytest.LogCaptureFixture
) -> None:
    """A preview or stats too large for the broker stop neither the rig nor the connection."""
    for _ in range(3):
        assert not publisher.publish(Message("t/preview", b"x" * 5000, 0), 0)
    (told,) = caplog.records
    assert told.getMessage().startswith(
        "t/preview makes a packet of 5015 bytes and the broker takes"
    )
    assert publisher.publish(Message("t/preview", b"x", 0), 0)
    assert publisher.connected


def test_what_was_sent_is_not_remembered(publisher: MqttPublisher) -> None:
    """A topic of its own for each answer does not add up over the weeks of a connection."""
    for number in range(50):
        assert publisher.publish(Message(f"asker/{number}", b"x", 0), 0)
    connection = publisher._connection
    assert connection is not None

    def remembered() -> int:
        publisher.publish(Message("t/preview", b"x", 0), 0)
        return len(connection._unsent)

    wait_until(lambda: remembered() <= 1)
