"""Shots to which nobody has subscribed stay on the rig until somebody does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from device.contract.message import Message
from device.delivery.answer_queue import AnswerQueue
from device.delivery.delivery import Delivery
from device.delivery.unclaimed_shots import UnclaimedShots
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import BrokerAddress, parse_broker
from device.shots.spool import Spool
from tests.support.listener import listen
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import wait_until
from tests.support.scripted_broker import ACCEPTED, NO_SUBSCRIBERS, ScriptedBroker
from tests.support.spooled_shots import add_shot, make_shot_id

ONLINE, STOPPED = (Message("selvedge/rig/status", text, 1, retain=True) for text in (b"on", b"off"))
MEGABYTE = 1_000_000


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between two probes that suit a test."""
    monkeypatch.setattr("device.delivery.unclaimed_shots.SHORTEST_PAUSE_S", 0.05)
    monkeypatch.setattr("device.delivery.unclaimed_shots.LONGEST_PAUSE_S", 0.2)
    monkeypatch.setattr("device.delivery.delivery._IDLE_S", 0.02)


def _start(address: BrokerAddress, spool: Spool, *, deliver: bool = False) -> Delivery:
    publisher = MqttPublisher(MqttLogin(address, "rig"))
    delivery = Delivery(
        *(publisher, spool, "selvedge", AnswerQueue(), ONLINE),
        deliver_unclaimed=deliver,
        subscribe_hint="start `python -m device.subscribe`",
    )
    delivery.start(wait_s=5)
    return delivery


@contextmanager
def _delivering(address: BrokerAddress, spool: Spool) -> Iterator[Delivery]:
    delivery = _start(address, spool)
    try:
        yield delivery
    finally:
        delivery.finish(0.2, STOPPED)


class _Audience:
    """A broker that has no subscriber for some topics.

    Attributes:
        absent: parts of topics that nobody hears.
    """

    def __init__(self, *absent: str) -> None:
        self.absent = list(absent)
        self._lock = threading.Lock()
        self.broker = ScriptedBroker(self._answer)
        self.address = BrokerAddress("127.0.0.1", self.broker.port)
        self.close = self.broker.close

    def heard(self, kind: str) -> list[str]:
        """The ids of pictures or announcements that came, taken or not, in order."""
        return [topic[-4:] for topic in self.broker.topics if f"/{kind}/" in topic]

    def _answer(self, topic: str) -> int:
        return NO_SUBSCRIBERS if any(part in topic for part in self.absent) else ACCEPTED


@pytest.mark.broker
def test_shots_wait_for_a_subscriber_and_come_in_order(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """On a fresh broker nothing is lost: told once, kept, and sent when somebody subscribes."""
    broker = MosquittoBroker(tmp_path / "m")
    broker.start()
    spool = Spool(tmp_path / "state", MEGABYTE)
    shots = [make_shot_id(serial) for serial in range(1, 6)]
    try:
        with _delivering(parse_broker(broker.address), spool) as delivery:
            for shot in shots:
                add_shot(spool, shot)
                delivery.wake()
                wait_until(lambda: delivery.unclaimed == spool.depth)
            assert spool.depth == 5
            assert "5 shots are unclaimed: nobody subscribes to selvedge/rig/cutout/#" in str(
                delivery.trouble
            )
            assert "python -m device.subscribe" in str(delivery.trouble)
            with listen(broker.address, "selvedge/rig/cutout/+", "selvedge/rig/shot/+") as heard:
                wait_until(lambda: spool.depth == 0)
                wait_until(lambda: len(heard) == 10)
            assert delivery.trouble is None
    finally:
        broker.stop()
    for kind in ("cutout", "shot"):
        assert [each.topic[-4:] for each in heard if f"/{kind}/" in each.topic] == [
            shot[-4:] for shot in shots
        ]
    assert caplog.text.count("nobody subscribes") == 1


def test_end_does_not_wait_for_a_subscriber_and_the_next_run_sends(tmp_path: Path) -> None:
    """Ending with unclaimed shots takes no time; the next run has them, however it is told."""
    with closing(_Audience("/cutout/")) as audience:
        spool = Spool(tmp_path, MEGABYTE)
        add_shot(spool, make_shot_id(1))
        delivery = _start(audience.address, spool)
        assert delivery.finish(600, STOPPED) == 1
        assert delivery.unclaimed == 1
        assert audience.heard("shot") == []
        audience.absent.clear()
        spool = Spool(tmp_path, MEGABYTE)
        assert _start(audience.address, spool).finish(600, STOPPED) == 0
        assert audience.heard("shot") == ["0001"]


def test_backlog_is_not_sent_to_nobody_shot_by_shot(tmp_path: Path) -> None:
    """Of hundreds that wait, the oldest alone finds out; once it is taken the others follow."""
    spool = Spool(tmp_path, MEGABYTE)
    serials = [f"{serial:04d}" for serial in range(1, 301)]
    for serial in range(1, 301):
        add_shot(spool, make_shot_id(serial))
    with closing(_Audience("/cutout/")) as audience, _delivering(audience.address, spool) as rig:
        wait_until(lambda: audience.heard("cutout").count("0001") >= 4)
        assert set(audience.heard("cutout")) == {"0001"}
        assert rig.unclaimed == 300
        audience.absent.clear()
        wait_until(lambda: spool.depth == 0)
        assert audience.heard("shot") == serials
        assert rig.unclaimed == 0


def test_new_shot_finds_out_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the probe has its long pause a new shot lets it go at once."""
    monkeypatch.setattr("device.delivery.unclaimed_shots.LONGEST_PAUSE_S", 3600.0)
    spool = Spool(tmp_path, MEGABYTE)
    add_shot(spool, make_shot_id(1))
    with closing(_Audience("/cutout/")) as audience, _delivering(audience.address, spool) as rig:
        wait_until(lambda: len(audience.heard("cutout")) == 6)  # From here on it pauses for long.
        audience.absent.clear()
        add_shot(spool, make_shot_id(2))
        rig.wake()
        wait_until(lambda: spool.depth == 0)
        assert sorted(audience.heard("shot")) == ["0001", "0002"]


def test_subscribers_of_one_rig_name_do_not_wait_for_those_of_another(tmp_path: Path) -> None:
    """After a rig was renamed its old shots wait, and the new ones go."""
    spool = Spool(tmp_path, MEGABYTE)
    for serial, rig in enumerate(("old", "old", "new", "old", "new"), start=1):
        add_shot(spool, make_shot_id(serial, rig=rig))
    with closing(_Audience("/old/")) as audience, _delivering(audience.address, spool) as delivery:
        wait_until(lambda: spool.depth == 3)
        wait_until(lambda: delivery.unclaimed == 3)
        assert audience.heard("shot") == ["0003", "0005"]
        audience.absent.clear()
        wait_until(lambda: spool.depth == 0)
        assert audience.heard("shot") == ["0003", "0005", "0001", "0002", "0004"]


def test_subscriber_that_leaves_in_between_loses_nothing(tmp_path: Path) -> None:
    """Shots that are in flight when the last subscriber goes come back, each once announced."""
    spool = Spool(tmp_path, MEGABYTE)
    with closing(_Audience()) as audience, _delivering(audience.address, spool) as delivery:
        for serial in range(1, 41):
            add_shot(spool, make_shot_id(serial))
            audience.absent[:] = ["/cutout/"] if serial % 10 > 5 else []
            delivery.wake()
        audience.absent.clear()
        wait_until(lambda: spool.depth == 0)
        assert sorted(audience.heard("shot")) == [f"{serial:04d}" for serial in range(1, 41)]
        assert delivery.unclaimed == 0


def test_waiting_for_a_subscriber_makes_no_shot_too_old(tmp_path: Path) -> None:
    """The limit of age is about brokers that take none: unclaimed shots never stop new ones."""
    add_shot(Spool(tmp_path, MEGABYTE), make_shot_id(1))
    with closing(_Audience("/cutout/")) as audience:
        spool = Spool(tmp_path, MEGABYTE, max_age_s=0.3)
        with _delivering(audience.address, spool) as delivery:
            wait_until(lambda: delivery.unclaimed == 1)
            wait_until(lambda: len(audience.heard("cutout")) > 6)  # More than the limit.
            add_shot(spool, make_shot_id(2))
    # The time is on the disk: a run that has not heard from the broker yet takes shots as well.
    add_shot(Spool(tmp_path, MEGABYTE, max_age_s=3600), make_shot_id(3))


def test_subscriber_after_a_long_time_stops_no_new_shot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When somebody subscribes after a month, new shots are taken while the backlog drains."""
    day_s = 86400.0
    spool = Spool(tmp_path, MEGABYTE, max_age_s=30 * day_s)
    for serial in (1, 2, 3, 4):
        add_shot(spool, make_shot_id(serial))
    unclaimed = UnclaimedShots(spool, "selvedge")
    unclaimed.put_aside(make_shot_id(1))
    start_s = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: start_s + 31 * day_s)
    unclaimed.release_due()
    add_shot(spool, make_shot_id(5))
    unclaimed.note_claimed(make_shot_id(1))
    spool.remove(make_shot_id(1))
    add_shot(spool, make_shot_id(6))
    # A later run goes by the folders' times.
    assert Spool(tmp_path, MEGABYTE).waiting() == tuple(map(make_shot_id, range(2, 7)))


def test_new_shot_is_not_sent_to_nobody_beside_the_probe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shot that comes while its rig has no subscriber lets the probe go and waits itself."""
    now_s = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    spool = Spool(tmp_path, MEGABYTE)
    add_shot(spool, make_shot_id(1))
    unclaimed = UnclaimedShots(spool, "selvedge")
    for newest in (2, 3):
        unclaimed.put_aside(make_shot_id(1))
        add_shot(spool, make_shot_id(newest))
        unclaimed.release_due()
        assert spool.waiting() == ()  # The answer to the probe is a moment old.
        now_s += 0.06
        unclaimed.release_due()
        assert spool.waiting() == (make_shot_id(1),)
        assert unclaimed.count == newest
    add_shot(spool, make_shot_id(4))  # While the probe is under way.
    unclaimed.release_due()
    assert spool.waiting() == (make_shot_id(1),)
    unclaimed.note_claimed(make_shot_id(1))
    assert spool.waiting() == tuple(map(make_shot_id, (1, 2, 3, 4)))


def test_who_wants_it_so_delivers_to_nobody(tmp_path: Path) -> None:
    """With deliver_unclaimed a broker's word is enough, whoever hears it."""
    spool = Spool(tmp_path, MEGABYTE)
    add_shot(spool, make_shot_id(1))
    with closing(_Audience("/cutout/")) as audience:
        assert _start(audience.address, spool, deliver=True).finish(600, STOPPED) == 0
        assert audience.heard("shot") == ["0001"]
