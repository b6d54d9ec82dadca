"""What the doctor finds out about a rig's rights at its broker."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from device.checks.broker import check_broker
from device.contract.message import Message
from device.contract.topics import Topics
from device.publishers.embedded import EmbeddedBroker
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import BrokerAddress, parse_broker
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import wait_until

pytestmark = pytest.mark.broker


@pytest.fixture(name="address")
def _address(tmp_path: Path, repository: Path) -> Iterator[BrokerAddress]:
    """A broker with the access rules that are shipped, and the login anna."""
    passwords = tmp_path / "passwords"
    rules = tmp_path / "rules"
    rules.write_text((repository / "systemd/mosquitto/selvedge.acl").read_text("utf-8"), "utf-8")
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "anna", "secret"], check=True)
    lines = (f"password_file {passwords}", f"acl_file {rules}")
    broker = MosquittoBroker(tmp_path / "m", *lines, anonymous=False)
    broker.start()
    yield parse_broker(broker.address.replace("//", "//anna@"))
    broker.stop()


def test_a_rig_that_its_login_may_not_be_fails(address: BrokerAddress) -> None:
    """Where rules go by login and the rig has another name, that is what is said."""
    found = check_broker(address, "secret", topics=Topics("selvedge", "studio-1"))
    assert found.level == "FAIL"
    assert "the login anna is not this rig's name" in found.detail
    assert found.mend.startswith("name the rig anna with --rig")
    found = check_broker(address, "secret", topics=Topics("selvedge", "anna"))
    assert (found.level, found.detail[-29:]) == ("ok", "and takes what anna publishes")


def test_trying_the_rights_disturbs_nobody() -> None:
    """What the doctor publishes is an answer that nobody awaits, and no status of the rig."""
    got: list[Message] = []
    with closing(EmbeddedBroker(0)) as broker:
        login = MqttLogin(broker.address, "ear", subscriptions=("selvedge/#",))
        with closing(MqttPublisher(login, got.append)) as ear:
            ear.connect(5)
            address = parse_broker(f"mqtt://127.0.0.1:{broker.address.port}")
            found = check_broker(address, topics=Topics("selvedge", "studio-1"))
            wait_until(lambda: got)
    assert found.level == "ok"
    assert "MQTT 3.1.1" in found.detail
    assert [message.topic for message in got] == ["selvedge/studio-1/command/capture/result"]
    assert b"nothing was asked and nothing shot" in got[0].payload
