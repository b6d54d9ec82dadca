"""The size of a message as a broker counts it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.publishers.mqtt_properties import packet_bytes
from device.publishers.publisher import MessageTooLargeError
from device.settings.broker_address import parse_broker
from tests.support.mosquitto import MosquittoBroker
from tests.support.scripted_broker import ACCEPTED, ScriptedBroker


def make_message(payload_bytes: int, qos: int = 1) -> Message:
    """Return a message with everything that a picture has."""
    return Message(
        "selvedge/rig/cutout/größe",
        b"x" * payload_bytes,
        qos,
        content_type="image/png",
        properties={"sha256": "0" * 64},
    )


def test_the_size_is_that_on_the_wire() -> None:
    """Header, topic, properties and payload are counted as they are sent, to the byte."""
    answer = b"1" * 40
    messages = [
        *(make_message(size) for size in (0, 1, 3, 4, 200, 16_240, 16_260, 300_000)),
        make_message(200, qos=0),
        Message("t", b"", 1),
        Message("t/result", b"{}", 1, correlation_data=answer, response_topic="t/answer"),
    ]
    broker = ScriptedBroker(lambda _: ACCEPTED)
    login = MqttLogin(parse_broker(f"mqtt://127.0.0.1:{broker.port}"), "rig")
    with closing(broker), closing(MqttPublisher(login)) as publisher:
        publisher.connect(5)
        assert all(publisher.publish(message, 5) for message in messages)
    assert broker.packet_sizes == [packet_bytes(message) for message in messages]


@pytest.mark.broker
def test_the_largest_message_that_a_broker_takes_is_sent(tmp_path: Path) -> None:
    """A picture that just fits arrives, and one that is a byte larger is refused beforehand."""
    limit = 20_000
    fitting = limit - packet_bytes(make_message(limit)) + limit
    broker = MosquittoBroker(tmp_path / "m", f"max_packet_size {limit}")
    broker.start()
    with closing(MqttPublisher(MqttLogin(parse_broker(broker.address), "rig"))) as publisher:
        publisher.connect(5)
        assert publisher.publish(make_message(fitting), 5)
        with pytest.raises(MessageTooLargeError, match="20001"):
            publisher.publish(make_message(fitting + 1), 5)
        assert publisher.connected
    broker.stop()
