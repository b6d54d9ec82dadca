"""`device.subscribe --since`: what a subscriber missed comes again."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from device.cli.time_argument import past_time
from device.contract.content_type import PNG_SIGNATURE
from device.contract.message import make_json_message
from device.contract.topics import Topics
from device.delivery.answer_queue import AnswerQueue
from device.delivery.delivery import Delivery
from device.delivery.resend_desk import ResendDesk
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from device.shots.resend_list import ResendList
from device.shots.spool import Spool
from device.subscribe import main
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import saved
from tests.support.spooled_shots import add_shot, make_shot_id


@contextmanager
def _rig(name: str, state: Path, broker: MosquittoBroker, shots: int) -> Iterator[None]:
    """A rig that has delivered some shots, and is online."""
    topics = Topics("selvedge", name)
    spool = Spool(state, 10**6, archive_bytes=10**6)
    for serial in range(1, shots + 1):
        shot_id = make_shot_id(serial, rig=name)
        add_shot(spool, shot_id, PNG_SIGNATURE + b"p", content_type="image/png")
        spool.remove(shot_id)
    resends, answers = ResendList(state), AnswerQueue()
    desk = ResendDesk(topics, spool, resends, answers)
    login = MqttLogin(parse_broker(broker.address), name, subscriptions=(topics.resend,))
    status = {"state": "online"}
    delivery = Delivery(
        *(MqttPublisher(login, desk.receive), spool, "selvedge", answers),
        make_json_message(topics.status, status, qos=1, retain=True),
        resends=resends,
    )
    delivery.start(wait_s=5)
    try:
        yield
    finally:
        delivery.finish(
            5, make_json_message(topics.status, {"state": "stopped"}, qos=1, retain=True)
        )


@pytest.mark.broker
def test_missed_shots_come_again_and_silent_rigs_are_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rigs send what they have; one that is stopped and one that does not answer are named."""
    monkeypatch.setattr("device.catalogue.missed_shots._ANSWER_S", 2.0)
    broker = MosquittoBroker(tmp_path / "m")
    broker.start()
    try:
        with _rig("gone", tmp_path / "gone", broker, 1):
            pass
        with closing(MqttPublisher(MqttLogin(parse_broker(broker.address), "mute"))) as mute:
            mute.connect(5)
            status = make_json_message(
                "selvedge/mute/status", {"state": "online"}, qos=1, retain=True
            )
            assert mute.publish(status, 5)
        with _rig("one", tmp_path / "one", broker, 3), _rig("two", tmp_path / "two", broker, 2):
            code = main(
                [
                    *("--broker", broker.address, "--save", str(tmp_path / "cutouts")),
                    *("--since", "2020-01-01", "--shots", "5", "--seconds", "60"),
                ]
            )
    finally:
        broker.stop()
    said = capfd.readouterr().out
    assert code == 0, said
    assert "one sends 3 shots again" in said
    assert "two sends 2 shots again" in said
    assert "gone is stopped" in said
    assert "mute did not answer" in said
    assert len(saved(tmp_path / "cutouts")) == 5


def test_time_is_read_as_people_write_it() -> None:
    """A length of time ago, or a time; what is none, or not over yet, is one sentence."""
    now = datetime.now(timezone.utc)
    assert timedelta(hours=1.9) < now - past_time("2h") < timedelta(hours=2.1)
    assert past_time("2026-11-22T14:48:00Z") == datetime(2026, 11, 22, 14, 48, tzinfo=timezone.utc)
    assert past_time("2020-01-02").tzinfo is not None
    for wrong in ("", "h", "-2h", "2y", "yesterday", "9999-01-01", "999999w", "2026-02-31"):
        with pytest.raises(argparse.ArgumentTypeError, match=r"is no time|is not over yet"):
            past_time(wrong)
