"""What is asked and read anew at each connection."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.publishers.publisher import BrokerRefusedError
from device.settings.broker_address import parse_broker
from device.settings.credentials import PasswordFile
from tests.support.mosquitto import MosquittoBroker

pytestmark = pytest.mark.broker


@pytest.fixture(name="mosquitto")
def _mosquitto(tmp_path: Path) -> Iterator[MosquittoBroker]:
    """A running mosquitto that lets anybody in."""
    broker = MosquittoBroker(tmp_path / "m")
    broker.start()
    yield broker
    broker.stop()


def test_a_broker_that_was_slow_once_is_spoken_to_in_mqtt_5(
    mosquitto: MosquittoBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that leaves the first CONNECT unanswered is asked again once it is awake."""
    asked = threading.Event()

    class Asking(MqttPublisher):
        """Lets the broker go on when it is asked in the older version."""

        def _make(self, version: int, timeout_s: float):  # type: ignore[no-untyped-def] # noqa: ANN202 - as above
            if version == 4:
                mosquitto.thaw()
                asked.set()
            return super()._make(version, timeout_s)

    monkeypatch.setattr("device.publishers.mqtt._SILENCE_S", 0.5)
    mosquitto.freeze()
    login = MqttLogin(parse_broker(mosquitto.address), "rig")
    with closing(Asking(login)) as rig:
        rig.connect(30)
        assert asked.is_set()
        assert rig.protocol == "5"
        assert rig.publish(Message("t/x", b"x", 1), 30)


def _set_password(passwords: Path, password: str) -> None:
    command = ["mosquitto_passwd", "-b", "-c", str(passwords), "rig", password]
    subprocess.run(command, check=True, capture_output=True)


def test_a_password_may_be_changed_while_the_rig_runs(tmp_path: Path) -> None:
    """The password file is read at each connection; while it is away the last password is used."""
    passwords, file = tmp_path / "passwords", tmp_path / "password"
    _set_password(passwords, "first")
    file.write_text("first\n", "utf-8")
    broker = MosquittoBroker(tmp_path / "m", f"password_file {passwords}", anonymous=False)
    broker.start()
    address = parse_broker(broker.address.replace("//", "//rig@"))
    with closing(MqttPublisher(MqttLogin(address, "rig", PasswordFile(file)))) as rig:
        rig.connect(30)
        file.unlink()
        rig.connect(30)
        broker.stop()
        _set_password(passwords, "second")
        broker.start()
        with pytest.raises(BrokerRefusedError):
            rig.connect(30)
        file.write_text("second\n", "utf-8")
        rig.connect(30)
    broker.stop()


def test_a_password_from_a_pipe_is_read_once(tmp_path: Path) -> None:
    """A pipe has given its password after one reading, and is not waited for again."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=lambda: pipe.write_text("secret\n", "utf-8")).start()
    password = PasswordFile(pipe)
    assert [password.read(), password.read()] == ["secret", "secret"]


def test_a_file_of_the_login_that_is_away_is_no_end(tmp_path: Path) -> None:
    """Certificate authorities that cannot be read refuse this connection, and not the next."""
    login = MqttLogin(parse_broker("mqtts://127.0.0.1:9"), "rig", ca_file=tmp_path / "ca.crt")
    with closing(MqttPublisher(login)) as rig, pytest.raises(BrokerRefusedError, match=r"ca\.crt"):
        rig.connect(1)


def test_what_is_larger_than_a_rig_takes_stays_at_the_broker(mosquitto: MosquittoBroker) -> None:
    """The largest packet is announced to the broker: a request of megabytes never arrives."""
    got: list[bytes] = []
    arrived = threading.Event()

    def take(message: Message) -> None:
        got.append(message.payload)
        arrived.set()

    address = parse_broker(mosquitto.address)
    login = MqttLogin(address, "rig", subscriptions=("t/#",), max_packet_bytes=1000)
    with (
        closing(MqttPublisher(login, take)) as rig,
        closing(MqttPublisher(MqttLogin(address, "asker"))) as asker,
    ):
        rig.connect(30)
        asker.connect(30)
        for payload in (bytes(2000), b"small"):
            assert asker.publish(Message("t/command", payload, 1), 30)
        assert arrived.wait(120)
    assert got == [b"small"]


def test_a_rig_that_is_not_named_after_its_login_is_told_so(tmp_path: Path) -> None:
    """Access rules by login refuse another rig's topics: the refusal says that names differ."""
    passwords, rules = tmp_path / "passwords", tmp_path / "rules"
    _set_password(passwords, "secret")
    rules.write_text("pattern readwrite selvedge/%u/#\n", "ascii")
    for file in (passwords, rules):
        file.chmod(0o644)
    lines = (f"password_file {passwords}", f"acl_file {rules}")
    broker = MosquittoBroker(tmp_path / "m", *lines, anonymous=False)
    broker.start()
    address = parse_broker(broker.address.replace("//", "//rig@"))
    settled = threading.Event()
    with closing(MqttPublisher(MqttLogin(address, "rig", "secret", rig="studio-1"))) as rig:
        rig.connect(30)
        receipt = rig.post(Message("selvedge/studio-1/status", b"here", 1), settled.set)
        assert settled.wait(120)
        assert "name the rig rig with --rig" in str(receipt.refusal)
        assert rig.publish(Message("selvedge/rig/status", b"here", 1), 30)
    broker.stop()
