"""Brokers that say no, say nothing, or take only a few at a time."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from device.contract.message import Message
from device.delivery.answer_queue import AnswerQueue
from device.delivery.delivery import Delivery
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import BrokerAddress, parse_broker
from device.shots.spool import Spool
from tests.support.listener import listen
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import wait_until
from tests.support.scripted_broker import ACCEPTED, NOT_AUTHORIZED, QUOTA_EXCEEDED, ScriptedBroker

ONLINE, STOPPED = (Message("selvedge/rig/status", text, 1, retain=True) for text in (b"on", b"off"))


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between two tries that suit a test."""
    monkeypatch.setattr("device.delivery.delivery._LONGEST_PAUSE_S", 0.02)


def _add(spool: Spool, serial: int, rig: str = "rig", size_bytes: int = 4000) -> str:
    shot_id = f"20261122T144800123Z-{rig}-{serial:04d}"
    png = b"\x89PNG" + bytes(size_bytes - 4)
    told = {"id": shot_id, "rig": rig, "sha256": hashlib.sha256(png).hexdigest()}
    spool.add(shot_id, png, json.dumps({**told, "request_id": None}).encode())
    spool.release(shot_id)
    return shot_id


@contextmanager
def _delivering(address: BrokerAddress, spool: Spool) -> Iterator[tuple[Delivery, MqttPublisher]]:
    publisher = MqttPublisher(MqttLogin(address, "rig"))
    delivery = Delivery(publisher, spool, "selvedge", AnswerQueue(), ONLINE)
    delivery.start(wait_s=5)
    try:
        yield delivery, publisher
    finally:
        delivery.finish(0.2, STOPPED)


def _arrived(topics: list[str], kind: str) -> list[str]:
    return [topic.rpartition("/")[2] for topic in topics if f"/{kind}/" in topic]


@pytest.mark.parametrize("receive_maximum", [1, 3, 20])
def test_no_more_fly_than_the_broker_takes(tmp_path: Path, receive_maximum: int) -> None:
    """The broker's receive maximum is kept and used, and the order holds."""
    spool = Spool(tmp_path, 10**9)
    shots = [_add(spool, serial) for serial in range(1, 41)]
    with closing(
        ScriptedBroker(lambda _: ACCEPTED, receive_maximum=receive_maximum, delay_s=0.01)
    ) as broker:
        with _delivering(BrokerAddress("127.0.0.1", broker.port), spool):
            wait_until(lambda: spool.depth == 0)
        assert min(receive_maximum, 10) <= broker.most_unacknowledged <= receive_maximum
        assert _arrived(broker.topics, "cutout") == shots
        assert _arrived(broker.topics, "shot") == shots


def test_large_pictures_go_one_at_a_time(tmp_path: Path) -> None:
    """The window is bounded in bytes: of pictures of 3 MB two never fly together."""
    spool = Spool(tmp_path, 10**9)
    shots = [_add(spool, serial, size_bytes=3_000_000) for serial in range(1, 9)]
    with closing(ScriptedBroker(lambda _: ACCEPTED, delay_s=0.02)) as broker:
        with _delivering(BrokerAddress("127.0.0.1", broker.port), spool):
            wait_until(lambda: spool.depth == 0)
        # A picture, and the announcement of the one before it.
        assert broker.most_unacknowledged <= 2
        assert _arrived(broker.topics, "cutout") == shots


def test_broker_that_never_acknowledges_is_told_and_not_flooded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an answer to its status a rig sends no shot, says so, and tries again."""
    monkeypatch.setattr("device.delivery.delivery._CONTROL_TIMEOUT_S", 0.2)
    spool = Spool(tmp_path, 10**9)
    shots = [_add(spool, serial) for serial in (1, 2, 3)]
    with closing(ScriptedBroker(lambda _: None)) as broker:
        with _delivering(BrokerAddress("127.0.0.1", broker.port), spool) as (delivery, publisher):
            wait_until(lambda: publisher.connections >= 3)
            assert "acknowledged nothing" in str(delivery.trouble)
        assert _arrived(broker.topics, "cutout") == []
    assert Spool(tmp_path, 10**9).waiting() == tuple(shots)


def test_broker_that_stops_acknowledging_pictures_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures that are never acknowledged stay, in order, and one goes at a time."""
    monkeypatch.setattr("device.delivery.delivery._PICTURE_TIMEOUT_S", 0.2)
    spool = Spool(tmp_path, 10**9)
    shots = [_add(spool, serial) for serial in (1, 2, 3)]
    with closing(ScriptedBroker(lambda topic: None if "/cutout/" in topic else ACCEPTED)) as broker:
        with _delivering(BrokerAddress("127.0.0.1", broker.port), spool) as (_, publisher):
            wait_until(lambda: publisher.connections >= 7)
        assert set(_arrived(broker.topics, "cutout")) == {shots[0]}
    assert Spool(tmp_path, 10**9).waiting() == tuple(shots)


@pytest.mark.parametrize("rig", ["rig", "quota-1"])
def test_shot_that_is_refused_is_named_and_passed(tmp_path: Path, rig: str) -> None:
    """A shot that the broker refuses again and again is held; announcements keep their order.

    Whatever the rig is called: the broker's code says whether it is a quota, which passes.
    """
    spool = Spool(tmp_path, 10**9)
    shots = [_add(spool, serial, rig) for serial in range(1, 21)]
    refused = f"/cutout/{shots[9]}"
    with closing(
        ScriptedBroker(lambda topic: NOT_AUTHORIZED if refused in topic else ACCEPTED, delay_s=0.01)
    ) as broker:
        with _delivering(BrokerAddress("127.0.0.1", broker.port), spool) as (delivery, publisher):
            wait_until(lambda: spool.depth == 1)
            assert "Not authorized" in str(delivery.trouble)
            assert shots[9] in str(delivery.trouble)
            assert publisher.connections == 1
        announced = _arrived(broker.topics, "shot")
        assert announced == [shot for shot in shots if shot != shots[9]]
        assert 5 <= _arrived(broker.topics, "cutout").count(shots[9]) <= 7
    assert Spool(tmp_path, 10**9).waiting() == (shots[9],)


def test_quota_passes_and_changes_no_order(tmp_path: Path) -> None:
    """A broker that is full for a while gets every shot later, in the order in which they came."""
    spool = Spool(tmp_path, 10**9)
    shots = [_add(spool, serial) for serial in range(1, 13)]
    left = [30]

    def answer(topic: str) -> int:
        if f"/cutout/{shots[4]}" in topic and left[0] > 0:
            left[0] -= 1
            return QUOTA_EXCEEDED
        return ACCEPTED

    with closing(ScriptedBroker(answer)) as broker:
        with _delivering(BrokerAddress("127.0.0.1", broker.port), spool):
            wait_until(lambda: spool.depth == 0)
        assert _arrived(broker.topics, "shot") == shots


@pytest.mark.broker
def test_login_that_is_refused_while_the_rig_runs_is_told_until_it_is_mended(
    tmp_path: Path,
) -> None:
    """A password that was changed at the broker keeps shots on disk, by name, until it is right."""
    passwords = tmp_path / "passwords"
    create = ["mosquitto_passwd", "-b", "-c", str(passwords), "rig"]
    subprocess.run([*create, "changed"], check=True)
    broker = MosquittoBroker(tmp_path / "m", f"password_file {passwords}", anonymous=False)
    broker.start()
    spool = Spool(tmp_path / "state", 10**9)
    shots = [_add(spool, serial) for serial in (1, 2)]
    address = parse_broker(broker.address.replace("//", "//rig@"))
    delivery = Delivery(
        *(MqttPublisher(MqttLogin(address, "rig", "known")), spool, "selvedge"),
        *(AnswerQueue(), ONLINE),
        deliver_unclaimed=True,
    )
    delivery.start(wait_s=float("inf"))
    try:
        wait_until(lambda: "refused the connection" in str(delivery.trouble))
        assert "password file" in str(delivery.trouble)
        assert "known" not in str(delivery.trouble)
        assert spool.waiting() == tuple(shots)
        broker.stop()
        subprocess.run([*create, "known"], check=True)
        broker.start()
        wait_until(lambda: spool.depth == 0)
        assert delivery.trouble is None
    finally:
        delivery.finish(1, STOPPED)
        broker.stop()


@pytest.mark.broker
def test_size_that_the_broker_does_not_announce_is_found_out(tmp_path: Path) -> None:
    """Mosquitto's message_size_limit refuses a picture unforeseen: held, told, passed."""
    broker = MosquittoBroker(tmp_path / "m", "message_size_limit 50000")
    broker.start()
    spool = Spool(tmp_path / "state", 10**9)
    shots = [_add(spool, serial, size_bytes=90_000 if serial == 3 else 4000) for serial in range(6)]
    try:
        with (
            listen(broker.address),
            _delivering(parse_broker(broker.address), spool) as (delivery, _),
        ):
            wait_until(lambda: spool.depth == 1)
            wait_until(lambda: delivery.trouble is not None and shots[3] in delivery.trouble)
            wait_until(lambda: "took smaller ones" in str(delivery.trouble))
    finally:
        broker.stop()
    assert Spool(tmp_path / "state", 10**9).waiting() == (shots[3],)


@pytest.mark.broker
def test_shots_of_a_former_name_do_not_hold_up_the_new(tmp_path: Path) -> None:
    """After a rig was renamed the broker forbids its old topics: those shots wait, new ones go."""
    rules = tmp_path / "rules"
    rules.write_text("topic readwrite selvedge/rig/#\n", "utf-8")
    rules.chmod(0o644)
    broker = MosquittoBroker(tmp_path / "m", f"acl_file {rules}")
    broker.start()
    spool = Spool(tmp_path / "state", 10**9)
    old = [_add(spool, serial, rig="former") for serial in (1, 2)]
    for serial in (3, 4, 5):
        _add(spool, serial)
    try:
        with (
            listen(broker.address),
            _delivering(parse_broker(broker.address), spool) as (delivery, _),
        ):
            wait_until(lambda: spool.depth == 2)
            assert "Not authorized" in str(delivery.trouble)
    finally:
        broker.stop()
    assert Spool(tmp_path / "state", 10**9).waiting() == tuple(old)
