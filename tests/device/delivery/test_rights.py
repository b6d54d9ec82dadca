"""A broker whose access rules let the rig do nothing."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from device.contract.message import Message
from device.delivery.answer_queue import AnswerQueue
from device.delivery.delivery import Delivery
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from device.shots.spool import Spool
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import wait_until
from tests.support.spooled_shots import add_shot, make_shot_id

STATUS = Message("selvedge/studio-1/status", b"on", 1, retain=True)


class _Rights:
    """A broker with the login anna, and rules that may be changed."""

    def __init__(self, folder: Path) -> None:
        passwords, self._rules = folder / "passwords", folder / "rules"
        command = ["mosquitto_passwd", "-b", "-c", str(passwords), "anna", "secret"]
        subprocess.run(command, check=True, capture_output=True)
        self._rules.write_text("pattern readwrite selvedge/%u/#\n", "ascii")
        lines = (f"password_file {passwords}", f"acl_file {self._rules}")
        self.broker = MosquittoBroker(folder / "m", *lines, anonymous=False)
        self.broker.start()

    def grant_all(self) -> None:
        """Correct the rules."""
        self.broker.stop()
        self._rules.write_text("pattern readwrite selvedge/#\n", "ascii")
        self.broker.start()


@pytest.fixture(name="rights")
def _rights(tmp_path: Path) -> Iterator[_Rights]:
    rights = _Rights(tmp_path)
    yield rights
    rights.broker.stop()


@pytest.mark.broker
def test_a_rig_of_another_name_than_its_login_hears_that_first(
    rights: _Rights,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first sentence names rig and login, and is gone once the rules are right."""
    monkeypatch.setattr("device.delivery.delivery._LONGEST_PAUSE_S", 0.1)
    spool = Spool(tmp_path / "state", 10**9)
    add_shot(spool, make_shot_id(1))
    address = parse_broker(rights.broker.address.replace("//", "//anna@"))
    capture = ("selvedge/studio-1/command/capture",)
    login = MqttLogin(address, "rig", "secret", rig="studio-1", subscriptions=capture)
    with caplog.at_level(logging.WARNING), closing(MqttPublisher(login)) as publisher:
        delivery = Delivery(
            publisher, spool, "selvedge", AnswerQueue(), STATUS, deliver_unclaimed=True
        )
        delivery.start(wait_s=30)
        wait_until(lambda: "name the rig anna" in str(delivery.trouble))
        # Some versions of mosquitto hang up over each refusal, others go on.
        wait_until(lambda: publisher.connections > 7 or "not sent" in caplog.text)
        assert "hung up" not in caplog.text
        assert "the login anna is not this rig's name" in caplog.messages[0]
        assert not any("second daemon" in message for message in caplog.messages)
        assert not delivery.is_online
        rights.grant_all()
        wait_until(lambda: spool.depth == 0)
        wait_until(lambda: not delivery.troubles)
        assert delivery.is_online
        delivery.finish(10, STATUS)
