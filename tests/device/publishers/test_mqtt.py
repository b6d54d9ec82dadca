"""The MQTT client against real brokers: mosquitto (MQTT 5) and the embedded one (3.1.1)."""

from __future__ import annotations

import logging
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from device.contract.message import Message
from device.delivery.first_connection import connect_or_refuse
from device.errors import UsageError
from device.publishers.embedded import EmbeddedBroker
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.publishers.publisher import (
    BrokerRefusedError,
    BrokerUnreachableError,
    MessageTooLargeError,
)
from device.settings.broker_address import BrokerAddress, parse_broker
from tests.support.mosquitto import MosquittoBroker, free_port

pytestmark = pytest.mark.broker


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[MosquittoBroker]:
    """A running mosquitto that lets anybody in."""
    broker = MosquittoBroker(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def embedded() -> Iterator[EmbeddedBroker]:
    """A running embedded broker."""
    with closing(EmbeddedBroker(0)) as broker:
        yield broker


def _eventually(condition: Callable[[], object], timeout_s: float = 5.0) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "it did not happen in time"
        time.sleep(0.01)


def _exchange(address: BrokerAddress) -> tuple[str | None, Message]:
    """Send one message through a broker; returns the MQTT version and what arrived."""
    got: list[Message] = []
    sent = Message(
        "t/cutout",
        bytes(range(256)) * 20_000,
        1,
        content_type="image/png",
        properties={"sha256": "ab"},
        correlation_data=b"\x00\x01",
    )
    with (
        closing(MqttPublisher(MqttLogin(address, "in", subscriptions=("t/#",)), got.append)) as ear,
        closing(MqttPublisher(MqttLogin(address, "out"))) as mouth,
    ):
        ear.connect(5)
        mouth.connect(5)
        assert mouth.publish(sent, 10)
        _eventually(lambda: got)
        assert got[0].payload == sent.payload
        return mouth.protocol, got[0]


def test_mosquitto_is_spoken_to_in_mqtt_5(mosquitto: MosquittoBroker) -> None:
    """MQTT 5 is used where the broker has it, with content type, user and correlation data."""
    protocol, arrived = _exchange(parse_broker(mosquitto.address))
    assert protocol == "5"
    assert arrived.content_type == "image/png"
    assert arrived.properties == {"sha256": "ab"}
    assert arrived.correlation_data == b"\x00\x01"


def test_embedded_broker_is_spoken_to_in_mqtt_311(embedded: EmbeddedBroker) -> None:
    """A 3.1.1 broker gets the same five megabytes, without the properties it does not know."""
    protocol, arrived = _exchange(embedded.address)
    assert (protocol, arrived.content_type) == ("3.1.1", None)


def test_unknown_311_broker_is_found_out(embedded: EmbeddedBroker) -> None:
    """A 3.1.1 broker at an ordinary address, which chokes on MQTT 5, is spoken to in 3.1.1."""
    address = parse_broker(f"mqtt://127.0.0.1:{embedded.address.port}")
    will = Message("t/status", b"gone", 1, retain=True)
    with closing(MqttPublisher(MqttLogin(address, "rig-1", will=will))) as publisher:
        publisher.connect(5)
        assert publisher.protocol == "3.1.1"
        assert publisher.publish(Message("t/x", b"x", 1), 5)


@pytest.mark.parametrize("kind", ["mosquitto", "embedded"])
def test_will_tells_of_a_client_that_vanished(kind: str, request: pytest.FixtureRequest) -> None:
    """A cut connection publishes the will, retained; a goodbye does not."""
    broker = request.getfixturevalue(kind)
    address = parse_broker(broker.address) if kind == "mosquitto" else broker.address
    will = Message("t/status", b"offline", 1, retain=True)
    publisher = MqttPublisher(MqttLogin(address, "rig", will=will))
    publisher.connect(5)
    publisher.close()
    assert _retained(address) == []
    publisher.connect(5)
    assert publisher._connection is not None
    publisher._connection.abandon()
    _eventually(lambda: _retained(address) == [b"offline"])


def _retained(address: BrokerAddress) -> list[bytes]:
    got: list[Message] = []
    with closing(
        MqttPublisher(MqttLogin(address, "look", subscriptions=("t/#",)), got.append)
    ) as e:
        e.connect(5)
        time.sleep(0.2)
    return [message.payload for message in got]


def test_broker_that_stops_answering_is_left(mosquitto: MosquittoBroker) -> None:
    """Without a PUBACK publish says False in time, ends the connection, and nothing is sent twice.

    paho alone would send the message again after reconnecting.
    """
    got: list[Message] = []
    address = parse_broker(mosquitto.address)
    with closing(MqttPublisher(MqttLogin(address, "rig"))) as publisher:
        publisher.connect(5)
        mosquitto.freeze()
        start_s = time.monotonic()
        assert not publisher.publish(Message("t/x", b"1", 1), 0.5)
        assert time.monotonic() - start_s < 2
        _eventually(lambda: not publisher.connected)
        assert not publisher.publish(Message("t/x", b"2", 1), 0.5)
        mosquitto.stop()
        mosquitto.start()
        ear = MqttPublisher(MqttLogin(address, "ear", subscriptions=("t/#",)), got.append)
        ear.connect(5)
        publisher.connect(5)
        assert publisher.publish(Message("t/x", b"3", 1), 5)
        _eventually(lambda: got)
        time.sleep(0.2)
        ear.close()
    assert [message.payload for message in got] == [b"3"]


def test_lost_connection_ends_a_waiting_publish(mosquitto: MosquittoBroker) -> None:
    """A broker that dies while a PUBACK is awaited is noticed at once, not at the timeout."""
    with closing(MqttPublisher(MqttLogin(parse_broker(mosquitto.address), "rig"))) as publisher:
        publisher.connect(5)
        mosquitto.freeze()
        threading.Timer(0.3, mosquitto.stop).start()
        start_s = time.monotonic()
        publisher.publish(Message("t/x", b"1", 1), 30)
        assert time.monotonic() - start_s < 5


def test_exception_in_a_callback_is_kept_and_the_message_not_acknowledged(
    mosquitto: MosquittoBroker,
) -> None:
    """A subscriber whose disk is full loses nothing: the broker sends the message again."""
    address = parse_broker(mosquitto.address)

    def fail(_: Message) -> None:
        raise OSError(28, "No space left on device")

    login = MqttLogin(address, "ear", subscriptions=("t/#",), session_expiry_s=60)
    ear = MqttPublisher(login, fail)
    ear.connect(5)
    with closing(MqttPublisher(MqttLogin(address, "rig"))) as publisher:
        publisher.connect(5)
        assert publisher.publish(Message("t/x", b"precious", 1), 5)
    _eventually(lambda: isinstance(ear.failure, OSError))
    ear.close()
    got: list[Message] = []
    with closing(MqttPublisher(login, got.append)) as ear:
        ear.connect(5)
        _eventually(lambda: got)
    assert got[0].payload == b"precious"


def test_wrong_password_is_said_and_never_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A refused login is a sentence with the broker's reason; the password is in no log."""
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "rig", "right"], check=True)
    broker = MosquittoBroker(tmp_path / "m", f"password_file {passwords}", anonymous=False)
    broker.start()
    address = parse_broker(broker.address.replace("//", "//rig@"))
    try:
        with caplog.at_level(logging.DEBUG):
            with pytest.raises(
                BrokerRefusedError, match=r"refused .*Not authorized.*password file"
            ):
                MqttPublisher(MqttLogin(address, "rig", "geheim")).connect(5)
            with pytest.raises(UsageError, match="refused"):
                connect_or_refuse(MqttPublisher(MqttLogin(address, "rig", "geheim")), 30)
            with closing(MqttPublisher(MqttLogin(address, "rig", "right"))) as publisher:
                publisher.connect(5)
    finally:
        broker.stop()
    assert "geheim" not in caplog.text
    assert "geheim" not in repr(MqttLogin(address, "rig", "geheim"))


def test_tls_is_checked_against_the_named_authority(tmp_path: Path) -> None:
    """With its authority a TLS broker is reached; without, the sentence names --ca-file."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", str(key), "-out", str(certificate), "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    broker = MosquittoBroker(tmp_path / "m", f"certfile {certificate}", f"keyfile {key}")
    broker.start()
    address = parse_broker(broker.address.replace("mqtt:", "mqtts:"))
    try:
        login = MqttLogin(address, "rig", ca_file=certificate)
        with closing(MqttPublisher(login)) as publisher:
            publisher.connect(5)
            assert publisher.publish(Message("t/x", b"x", 1), 5)
        with pytest.raises(BrokerRefusedError, match="--ca-file"):
            MqttPublisher(MqttLogin(address, "rig")).connect(5)
        with pytest.raises(BrokerRefusedError, match="nowhere"):
            MqttPublisher(MqttLogin(address, "rig", ca_file=tmp_path / "nowhere")).connect(5)
    finally:
        broker.stop()


def test_message_over_the_brokers_limit_is_not_sent(tmp_path: Path) -> None:
    """A picture larger than the broker takes is said so, and the connection stays."""
    broker = MosquittoBroker(tmp_path / "m", "max_packet_size 100000")
    broker.start()
    with closing(MqttPublisher(MqttLogin(parse_broker(broker.address), "rig"))) as publisher:
        publisher.connect(5)
        with pytest.raises(MessageTooLargeError, match="100000"):
            publisher.publish(Message("t/x", b"x" * 200_000, 1), 5)
        assert publisher.publish(Message("t/x", b"x", 1), 5)
    broker.stop()


def test_nobody_and_something_else_are_told_apart() -> None:
    """A closed port, an unknown host and a server that is no broker each get their sentence."""
    with pytest.raises(BrokerUnreachableError, match="cannot be reached"):
        MqttPublisher(MqttLogin(parse_broker(f"mqtt://127.0.0.1:{free_port()}"), "x")).connect(2)
    with pytest.raises(BrokerUnreachableError, match="cannot be reached"):
        MqttPublisher(MqttLogin(parse_broker("mqtt://no.such.host.invalid"), "x")).connect(2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = parse_broker(f"mqtt://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(BrokerUnreachableError, match="no MQTT broker at all"):
            MqttPublisher(MqttLogin(address, "x")).connect(0.5)


def test_start_waits_for_a_broker_that_comes_late(tmp_path: Path) -> None:
    """A broker that starts a second after the rig is waited for; one that never does is not."""
    broker = MosquittoBroker(tmp_path / "m")
    threading.Timer(1.0, broker.start).start()
    with closing(MqttPublisher(MqttLogin(parse_broker(broker.address), "rig"))) as publisher:
        connect_or_refuse(publisher, 10)
        assert publisher.connected
    broker.stop()
    with pytest.raises(UsageError, match=r"cannot be reached.*: start it, or correct --broker"):
        connect_or_refuse(publisher, 0.6)


def test_busy_port_of_the_embedded_broker_is_said(embedded: EmbeddedBroker) -> None:
    """A port that is taken is refused with what to do; 0 picked a free one."""
    assert embedded.address.port > 0
    with pytest.raises(UsageError, match=f"mqtt://localhost:{embedded.address.port}"):
        EmbeddedBroker(embedded.address.port)


def test_embedded_broker_hands_over_before_it_closes(embedded: EmbeddedBroker) -> None:
    """Closing right after the last acknowledgement still gives every subscriber its messages."""
    got: list[Message] = []

    def slowly(message: Message) -> None:
        time.sleep(0.05)
        got.append(message)

    login = MqttLogin(embedded.address, "ear", subscriptions=("t/#",))
    with closing(MqttPublisher(login, slowly)) as ear:
        ear.connect(5)
        with closing(MqttPublisher(MqttLogin(embedded.address, "rig"))) as publisher:
            publisher.connect(5)
            for number in range(20):
                assert publisher.publish(Message("t/x", bytes([number]) * 100_000, 1), 5)
        embedded.close()
    assert [message.payload[0] for message in got] == list(range(20))


def test_name_that_the_resolver_cannot_encode_is_unreachable() -> None:
    """A host name that no resolver takes is told like one that nobody has."""
    with pytest.raises(BrokerUnreachableError, match="cannot be reached"):
        MqttPublisher(MqttLogin(BrokerAddress("a..b", 1883), "me")).connect(1)
