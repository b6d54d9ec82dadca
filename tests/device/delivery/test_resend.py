"""Delivered shots that are sent again on request."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.contract.message import Message
from device.contract.topics import Topics
from device.delivery.answer_queue import AnswerQueue
from device.delivery.delivery import Delivery
from device.delivery.resend_desk import ResendDesk
from device.delivery.resends import Resends
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from device.shots.resend_list import ResendList
from device.shots.spool import Spool
from tests.support.killed_program import kill_at_each_operation
from tests.support.listener import listen
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import wait_until
from tests.support.spooled_shots import PICTURE, add_shot, make_shot_id

TOPICS = Topics("selvedge", "rig")
ONLINE, STOPPED = (Message(TOPICS.status, text, 1, retain=True) for text in (b"on", b"off"))
MEGABYTE = 1_000_000
IDS = [make_shot_id(serial, second=serial) for serial in range(1, 6)]


class _Rig:
    """A rig without a camera: its archive, its delivery, and its desk for resends."""

    def __init__(self, state: Path, broker: MosquittoBroker | None = None) -> None:
        self.spool = Spool(state, MEGABYTE, archive_bytes=MEGABYTE)
        self.resends = ResendList(state)
        self.answers = AnswerQueue()
        self.desk = ResendDesk(TOPICS, self.spool, self.resends, self.answers)
        self.delivery: Delivery | None = None
        if broker is not None:
            login = MqttLogin(
                parse_broker(broker.address), "rig", optional_subscriptions=(TOPICS.resend,)
            )
            publisher = MqttPublisher(login, self.desk.receive)
            self.delivery = Delivery(
                *(publisher, self.spool, "selvedge", self.answers, ONLINE), resends=self.resends
            )

    def deliver(self, *shot_ids: str, **fields: object) -> None:
        """Take shots and have them in the archive."""
        for shot_id in shot_ids:
            add_shot(self.spool, shot_id, PICTURE, **fields)
            self.spool.remove(shot_id)

    def ask(self, **fields: object) -> dict[str, object]:
        """Ask, and return the answer."""
        payload = json.dumps({"request_id": "r1", **fields}).encode()
        self.desk.receive(Message(TOPICS.resend, payload, 1, correlation_data=b"c"))
        wait_until(lambda: self.answers)
        answer = self.answers.first()
        assert answer is not None
        self.answers.drop(answer)
        assert (answer.topic, answer.correlation_data) == (TOPICS.resend_result, b"c")
        document = json.loads(answer.payload)
        assert isinstance(document, dict)
        return document

    def listed(self) -> list[str]:
        """The shots that wait to be sent again."""
        found: list[str] = []
        while (shot_id := self.resends.first(but=found)) is not None:
            found.append(shot_id)
        return found


@contextmanager
def _running(rig: _Rig) -> Iterator[Delivery]:
    assert rig.delivery is not None
    rig.delivery.start(wait_s=5)
    try:
        yield rig.delivery
    finally:
        rig.delivery.finish(5, STOPPED)


@pytest.fixture(name="broker")
def _broker(tmp_path: Path) -> Iterator[MosquittoBroker]:
    broker = MosquittoBroker(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.stop()


def _heard(messages: list[Message], kind: str) -> list[str]:
    return [each.topic.rpartition("/")[2] for each in messages if f"/{kind}/" in each.topic]


def test_shots_are_found_by_id_by_sku_and_by_time(tmp_path: Path) -> None:
    """The answer counts what is sent again, what waits anyway, and names what is not there."""
    rig = _Rig(tmp_path)
    rig.deliver(*IDS[:2], sku="A")
    rig.deliver(IDS[2], sku="B")
    add_shot(rig.spool, IDS[3], sku="A")
    answer = rig.ask(ids=[IDS[2], IDS[0], IDS[3], IDS[4]])
    assert answer["code"] == "accepted"
    assert (answer["shots"], answer["waiting"], answer["missing"]) == (2, 1, [IDS[4]])
    assert answer["archive_from"] == "2026-11-22T14:48:01.123Z"
    assert rig.listed() == [IDS[2], IDS[0]]
    answer = rig.ask(request_id="r2", sku="A")
    assert (answer["shots"], answer["waiting"], answer["missing"]) == (2, 1, [])
    answer = rig.ask(
        request_id="r3", since="2026-11-22T14:48:02.123Z", until="2026-11-22T14:48:04Z"
    )
    assert (answer["shots"], answer["waiting"]) == (2, 0)
    assert rig.listed() == [IDS[2], IDS[0], IDS[1]]


def test_request_is_worked_on_once_and_answered_every_time(tmp_path: Path) -> None:
    """The same request id gets the same answer and sends nothing twice, also after a restart."""
    rig = _Rig(tmp_path)
    rig.deliver(*IDS[:2])
    first = rig.ask(ids=IDS[:2])
    for shot_id in IDS[:2]:
        rig.resends.remove(shot_id)
    assert rig.ask(ids=IDS[:2]) == first
    assert len(rig.resends) == 0
    rig = _Rig(tmp_path)
    assert rig.ask(ids=IDS[:2]) == first
    assert len(rig.resends) == 0


def test_what_cannot_be_done_is_answered_with_a_sentence(tmp_path: Path) -> None:
    """An invalid request, and a rig without an archive; a retained request is ignored."""
    rig = _Rig(tmp_path)
    assert rig.ask(ids=[])["code"] == "invalid"
    rig.desk.receive(Message(TOPICS.resend, b'{"request_id": "r", "sku": "A"}', 1, retain=True))
    rig.spool = Spool(tmp_path / "off", MEGABYTE)
    rig.desk = ResendDesk(TOPICS, rig.spool, rig.resends, rig.answers)
    answer = rig.ask(request_id="r2", sku="A")
    assert answer["code"] == "refused"
    assert "[archive]" in str(answer["error"])


def test_large_correlation_data_is_refused(tmp_path: Path) -> None:
    """A request with more than the bound is answered without it, and sends nothing."""
    rig = _Rig(tmp_path)
    rig.deliver(*IDS[:2])
    payload = json.dumps({"request_id": "r1", "ids": IDS[:2]}).encode()
    rig.desk.receive(Message(TOPICS.resend, payload, 1, correlation_data=bytes(1025)))
    answer = rig.answers.first()
    assert answer is not None
    assert answer.correlation_data is None
    assert json.loads(answer.payload)["code"] == "invalid"
    assert rig.listed() == []


@pytest.mark.broker
def test_shots_come_again_with_their_ids_behind_new_ones(
    tmp_path: Path, broker: MosquittoBroker
) -> None:
    """Over a real broker: the same bytes under the same topics, after what is new."""
    rig = _Rig(tmp_path / "state", broker)
    rig.deliver(*IDS[:3])
    announcement = rig.spool.archive.load(IDS[0]).announcement
    with listen(broker.address) as heard:
        rig.resends.add("r", {"code": "accepted"}, IDS[:3])
        add_shot(rig.spool, IDS[4])
        with _running(rig):
            wait_until(lambda: len(_heard(heard, "shot")) == 4)
            wait_until(lambda: len(rig.resends) == 0)
            request = json.dumps({"request_id": "r2", "ids": [IDS[4]]}).encode()
            with listen(broker.address, TOPICS.resend_result) as answers:
                asker = MqttPublisher(MqttLogin(parse_broker(broker.address), "asker"))
                asker.connect(5)
                assert asker.publish(Message(TOPICS.resend, request, 1), 5)
                wait_until(lambda: answers)
                asker.close()
            wait_until(lambda: len(_heard(heard, "shot")) == 5)
    assert _heard(heard, "cutout") == _heard(heard, "shot") == [IDS[4], *IDS[:3], IDS[4]]
    assert [each.payload for each in heard if each.topic == TOPICS.shot(IDS[0])] == [announcement]
    assert rig.spool.archive.shot_ids == (*IDS[:3], IDS[4])


@pytest.mark.broker
def test_what_is_gone_or_damaged_holds_up_nothing(tmp_path: Path, broker: MosquittoBroker) -> None:
    """A shot that gave way meanwhile is passed over, a damaged one put aside; the rest comes."""
    rig = _Rig(tmp_path / "state", broker)
    rig.deliver(*IDS[:3])
    rig.spool.archive.find_file(IDS[1], "picture.png").write_bytes(b"")
    rig.resends.add("r", {"code": "accepted"}, [*IDS[:3], IDS[4]])
    with listen(broker.address) as heard, _running(rig):
        wait_until(lambda: len(rig.resends) == 0)
        wait_until(lambda: len(_heard(heard, "shot")) == 2)
    assert _heard(heard, "shot") == [IDS[0], IDS[2]]
    assert [path.name for path in (tmp_path / "state" / "torn").iterdir()] == [IDS[1]]
    assert rig.spool.archive.shot_ids == (IDS[0], IDS[2])


def test_resends_that_nobody_takes_are_told_and_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One shot alone is tried, with growing pauses; after an hour all are forgotten for good."""
    now_s = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    rig = _Rig(tmp_path)
    rig.deliver(*IDS[:3])
    rig.resends.add("r", {"code": "accepted"}, IDS[:3])
    resends = Resends(rig.resends, rig.spool.archive)
    start_s, tries = now_s, 0
    while (shot := resends.next_shot(but=())) is not None:
        tries += 1
        assert (resends.trouble is None) == (tries == 1)
        assert (resends.next_shot(but=[shot.id]) is None) == (tries > 1)
        resends.note_unclaimed()
        resends.note_unclaimed()  # The other that was in flight counts as the same try.
        assert resends.next_shot(but=()) is None
        now_s += 301
    assert tries == 15
    assert now_s - start_s > 3600
    assert resends.trouble is None
    assert rig.listed() == []
    assert len(ResendList(tmp_path)) == 0


def test_new_request_is_not_forgotten_with_an_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks when an old request is about to be given up is served at once."""
    now_s = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    rig = _Rig(tmp_path)
    rig.deliver(*IDS[:3])
    rig.resends.add("r", {"code": "accepted"}, IDS[:1])
    resends = Resends(rig.resends, rig.spool.archive)
    for _ in range(14):
        assert resends.next_shot(but=()) is not None
        resends.note_unclaimed()
        now_s += 301
    assert resends.next_shot(but=()) is not None
    rig.resends.add("r2", {"code": "accepted"}, IDS[1:3])
    resends.note_unclaimed()
    assert resends.next_shot(but=()) is not None
    assert rig.listed() == IDS[:3]


def test_one_taken_resend_lets_the_others_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When somebody subscribes after some tries the rest follows, and counting begins anew."""
    now_s = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    rig = _Rig(tmp_path)
    rig.deliver(*IDS[:3])
    rig.resends.add("r", {"code": "accepted"}, IDS[:3])
    resends = Resends(rig.resends, rig.spool.archive)
    resends.note_unclaimed()
    assert "3 shots" in str(resends.trouble)
    now_s += 31
    resends.note_sent(IDS[0])
    assert resends.trouble is None
    second = resends.next_shot(but=())
    third = resends.next_shot(but=[IDS[1]])
    assert second is not None
    assert third is not None
    assert (second.id, third.id) == (IDS[1], IDS[2])


def test_kill_while_many_are_sent_again_repeats_few(tmp_path: Path) -> None:
    """At any moment a restart knows of all that were not sent, and of few that were."""
    shot_ids = [make_shot_id(serial) for serial in range(1, 101)]
    resends = ResendList(tmp_path)
    resends.add("r", {"code": "accepted"}, shot_ids)
    for number, shot_id in enumerate(shot_ids, start=1):
        resends.remove(shot_id)
        left = 100 - number
        assert left <= len(ResendList(tmp_path)) <= left + 12


def test_kill_before_each_operation_loses_no_shot_and_no_answer(tmp_path: Path) -> None:
    """Killed while it accepts and sends, a rig has every shot archived, and knows what it said."""
    program = """
from pathlib import Path
from device.shots.resend_list import ResendList
from device.shots.spool import Spool
from tests.support.spooled_shots import add_shot, make_shot_id
spool = Spool(Path(folder), 10**6, archive_bytes=10**6)
add_shot(spool, make_shot_id(1))
spool.remove(make_shot_id(1))
resends = ResendList(Path(folder))
resends.add("r1", {"code": "accepted"}, [make_shot_id(1)])
print("accepted", flush=True)
resends.remove(make_shot_id(1))
"""
    shot_id = make_shot_id(1)
    for folder in kill_at_each_operation(program, tmp_path):
        spool = Spool(folder, MEGABYTE, archive_bytes=MEGABYTE)
        assert len([*spool.waiting(), *spool.archive.shot_ids]) <= 1
        resends = ResendList(folder)
        # The answer and what it promises are there together, or neither.
        assert shot_id not in resends or resends.answer("r1") is not None
        assert shot_id not in resends or shot_id in spool.archive
        assert resends.answer("r1") is None or shot_id in spool.archive
    assert resends.answer("r1") == {"code": "accepted"}
    assert shot_id not in resends
