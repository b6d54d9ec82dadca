"""Pictures on slow lines, and lines that are dead."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.publishers.tcp_line import TcpLine
from device.settings.broker_address import BrokerAddress, parse_broker
from tests.support.mosquitto import MosquittoBroker
from tests.support.scripted_broker import ACCEPTED, ScriptedBroker
from tests.support.slow_line import SlowLine

KEEPALIVE_S = 1
# Longer than a busy machine takes for anything here.
PATIENCE_S = 60


@pytest.fixture(name="broker", autouse=True)
def _broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedBroker]:
    """A broker that takes everything, and a keepalive that takes no half minute to test."""
    monkeypatch.setattr("device.publishers.mqtt_connection._KEEPALIVE_S", KEEPALIVE_S)
    with closing(ScriptedBroker(lambda _: ACCEPTED)) as broker:
        yield broker


def test_a_picture_may_take_longer_than_the_keepalive(broker: ScriptedBroker) -> None:
    """A picture of many keepalives arrives on its first connection, whose bytes are counted."""
    picture = bytes(600_000)
    line = SlowLine(broker.port, len(picture) / (4 * KEEPALIVE_S))
    arrived = threading.Event()
    with (
        closing(line),
        closing(MqttPublisher(MqttLogin(BrokerAddress("127.0.0.1", line.port), "rig"))) as rig,
    ):
        rig.connect(5)
        posted_s = rig.left_s
        receipt = rig.post(Message("t/cutout", picture, 1), arrived.set)
        assert arrived.wait(PATIENCE_S)
        assert receipt.arrived
        assert rig.connected
        assert rig.left_s > posted_s + 2 * KEEPALIVE_S
        assert line.connections == 1


def test_a_dead_line_is_noticed(broker: ScriptedBroker) -> None:
    """Where no ping comes back the connection ends, though nobody hung up, and says so."""
    line = SlowLine(broker.port)
    with (
        closing(line),
        closing(MqttPublisher(MqttLogin(BrokerAddress("127.0.0.1", line.port), "rig"))) as rig,
    ):
        rig.connect(5)
        line.halt()
        _wait_until_lost(rig)
        assert rig.lost_reason == f"the broker answered no ping within {KEEPALIVE_S} s"


@pytest.mark.broker
def test_a_broker_that_stands_still_is_noticed_though_its_system_takes_everything(
    tmp_path: Path,
) -> None:
    """Previews and stats that its machine still takes are no sign of life of a broker."""
    mosquitto = MosquittoBroker(tmp_path / "m")
    mosquitto.start()
    with closing(MqttPublisher(MqttLogin(parse_broker(mosquitto.address), "rig"))) as rig:
        rig.connect(5)
        mosquitto.freeze()
        _wait_until_lost(rig, Message("t/preview", bytes(100), 0))
        assert "answered no ping" in str(rig.lost_reason)
    mosquitto.stop()


def _wait_until_lost(rig: MqttPublisher, chatter: Message | None = None) -> None:
    waiting = threading.Event()
    for _ in range(PATIENCE_S * 20):
        if not rig.connected:
            return
        if chatter is not None:
            rig.publish(chatter, 0)
        waiting.wait(0.05)
    pytest.fail("the connection still stands")


def test_a_line_moves_while_the_other_side_takes_bytes() -> None:
    """Bytes count when the other side's system has taken them, and only those that were marked."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()) as near, listener.accept()[0] as far:
            line = TcpLine(near)
            sent_bytes = _fill(near)
            line.mark()
            assert line.look(queued=True)
            stands_s = line.left_s
            line.look(queued=True)
            assert line.left_s == stands_s
            _read(far, sent_bytes // 2)
            moves_s = _look_until_it_moves(line, stands_s)
            _read(far, sent_bytes - sent_bytes // 2)
            _look_until_it_moves(line, moves_s)
            while line.look(queued=False) and line.waiting_bytes:
                pass
            gone_s = line.left_s
            near.sendall(b"a preview")
            _read(far, len(b"a preview"))
            line.look(queued=False)
            assert line.left_s == gone_s


def _fill(near: socket.socket) -> int:
    """Send until nothing more is taken; returns how many bytes were."""
    near.settimeout(0.2)
    sent_bytes = 0
    with contextlib.suppress(TimeoutError):
        while sent_bytes < 100_000_000:
            sent_bytes += near.send(bytes(100_000))
    return sent_bytes


def _look_until_it_moves(line: TcpLine, since_s: float) -> float:
    waiting = threading.Event()
    for _ in range(PATIENCE_S * 100):
        line.look(queued=False)
        if line.left_s > since_s:
            return line.left_s
        waiting.wait(0.01)
    pytest.fail("nothing moves")


def _read(end: socket.socket, size_bytes: int) -> None:
    while size_bytes > 0:
        size_bytes -= len(end.recv(size_bytes))
