"""A broker that asks its clients for certificates."""

from __future__ import annotations

import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from device.contract.message import Message
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.publishers.publisher import BrokerRefusedError, BrokerUnreachableError
from device.settings.broker_address import parse_broker
from tests.support.mosquitto import MosquittoBroker


@pytest.mark.broker
def test_client_certificate_opens_a_broker_that_asks_for_one(tmp_path: Path) -> None:
    """With certificate and key the broker lets the rig in; without, or with another's key, not."""
    for name in ("broker", "rig"):
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", "/CN=localhost"),
                *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            ],
            check=True,
            capture_output=True,
            cwd=tmp_path,
        )
    authority, own = tmp_path / "broker.crt", tmp_path / "rig.crt"
    lines = [f"certfile {authority}", f"keyfile {tmp_path / 'broker.key'}", f"cafile {own}"]
    broker = MosquittoBroker(tmp_path / "m", *lines, "require_certificate true")
    broker.start()
    address = parse_broker(broker.address.replace("mqtt:", "mqtts:"))
    bare = MqttLogin(address, "rig", ca_file=authority)
    try:
        login = replace(bare, cert_file=own, key_file=tmp_path / "rig.key")
        with closing(MqttPublisher(login)) as publisher:
            publisher.connect(5)
            assert publisher.publish(Message("t/x", b"x", 1), 5)
        with pytest.raises((BrokerRefusedError, BrokerUnreachableError)):
            MqttPublisher(bare).connect(5)
        with pytest.raises(BrokerRefusedError, match="belong together"):
            MqttPublisher(replace(login, key_file=tmp_path / "broker.key")).connect(5)
        with pytest.raises(BrokerRefusedError, match="cert_file and key_file"):
            MqttPublisher(replace(login, key_file=None)).connect(5)
    finally:
        broker.stop()
