"""What is said of brokers that are reached in the wrong way, or by two of one name."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from device.checks.broker import check_broker
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.publishers.publisher import BrokerRefusedError, BrokerUnreachableError
from device.settings.broker_address import BrokerAddress, parse_broker
from tests.support.mosquitto import MosquittoBroker, free_port
from tests.support.programs import Program

pytestmark = pytest.mark.broker


def _certificate(folder: Path) -> Path:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", "broker.key", "-out", "broker.crt", "-subj", "/CN=studio.example"),
            *("-addext", "subjectAltName=DNS:studio.example"),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    return folder / "broker.crt"


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[BrokerAddress]:
    """A broker with a certificate for another name than it is reached by."""
    certificate = _certificate(tmp_path)
    broker = MosquittoBroker(
        tmp_path / "m", f"certfile {certificate}", f"keyfile {tmp_path / 'broker.key'}"
    )
    broker.start()
    yield replace(parse_broker(broker.address), tls=True)
    broker.stop()


def test_certificate_for_another_name_is_said(tls: BrokerAddress, tmp_path: Path) -> None:
    """Where only the name is wrong nobody is sent looking for a certificate authority."""
    login = MqttLogin(tls, "rig", ca_file=tmp_path / "broker.crt")
    with pytest.raises(BrokerRefusedError, match=r"127\.0\.0\.1.*write the name") as refused:
        MqttPublisher(login).connect(5)
    assert "--ca-file" not in str(refused.value)


def test_mqtt_at_a_tls_port_names_mqtts(tls: BrokerAddress) -> None:
    """mqtt:// written for mqtts:// is recognised, by the rig and by the doctor."""
    plain = replace(tls, tls=False)
    with pytest.raises(BrokerUnreachableError, match="mqtts://"):
        MqttPublisher(MqttLogin(plain, "rig")).connect(2)
    assert "mqtts://" in check_broker(plain).detail


def test_mqtts_at_a_plain_port_names_mqtt(tmp_path: Path) -> None:
    """mqtts:// written for mqtt:// is recognised."""
    broker = MosquittoBroker(tmp_path / "m")
    broker.start()
    try:
        address = replace(parse_broker(broker.address), tls=True)
        with pytest.raises((BrokerUnreachableError, BrokerRefusedError), match="mqtt://"):
            MqttPublisher(MqttLogin(address, "rig")).connect(2)
    finally:
        broker.stop()


def test_doctor_gives_one_advice_for_a_refused_login(tmp_path: Path) -> None:
    """A wrong password is answered with what to check, and not with starting the broker too."""
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "rig", "right"], check=True)
    broker = MosquittoBroker(tmp_path / "m", f"password_file {passwords}", anonymous=False)
    broker.start()
    try:
        found = check_broker(parse_broker(broker.address.replace("//", "//rig@")), "wrong")
    finally:
        broker.stop()
    assert "Not authorized" in found.detail
    assert found.mend.startswith("check the user name")
    assert "start it" not in str(found)


def test_two_subscribers_of_one_name_are_told(tmp_path: Path) -> None:
    """Who is thrown out again and again by another of the same --client-id hears why."""
    broker = MosquittoBroker(tmp_path / "m")
    broker.start()
    common = ("--broker", broker.address, "--client-id", "same")
    programs = [
        Program("device.subscribe", *common, "--save", str(tmp_path / name)) for name in "ab"
    ]
    try:
        programs[0].wait_for("--client-id, give each its own")
    finally:
        for program in programs:
            program.kill()
        broker.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_waiting_for_the_broker_ends_with_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end a start that waits for its broker at once, and it is no failure."""
    broker = f"mqtt://127.0.0.1:{free_port()}"
    rig = Program(
        *("device.run", "--camera", "demo", "--state-dir", str(tmp_path), "--verbose"),
        *("--broker", broker, "--broker-wait-s", "600"),
    )
    rig.wait_for("waiting for the broker")
    assert rig.end(number) == 0
    assert f"{number.name}: stopped before the rig was online" in rig.text
