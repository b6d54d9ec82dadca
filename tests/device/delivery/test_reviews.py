"""Approvals and rejections on their way to whoever waits for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.contract.message import Message
from device.contract.review import Review, State
from device.contract.topics import Topics
from device.delivery.answer_queue import AnswerQueue
from device.delivery.delivery import Delivery
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from device.shots.resend_list import ResendList
from device.shots.review_book import ReviewBook
from device.shots.spool import Spool
from tests.support.killed_program import kill_at_each_operation
from tests.support.listener import listen
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import wait_until
from tests.support.spooled_shots import add_shot, make_shot_id

TOPICS = Topics("selvedge", "rig")
ONLINE, STOPPED = (Message(TOPICS.status, text, 1, retain=True) for text in (b"on", b"off"))
MEGABYTE = 1_000_000
SHOT_ID = make_shot_id(1)
TIMES = ("2026-11-22T14:50:00.000Z", "2026-11-22T14:51:00.000Z")


def _decide(state: State, reviewed_at: str = TIMES[0], shot_id: str = SHOT_ID) -> Review:
    return Review(shot_id, state, reviewed_at)


@contextmanager
def _deliver(broker: MosquittoBroker, state: Path) -> Iterator[tuple[Spool, ReviewBook]]:
    """A rig that was started anew on its state folder, without a camera."""
    spool = Spool(state, MEGABYTE, archive_bytes=MEGABYTE)
    book, resends = ReviewBook(state), ResendList(state)
    publisher = MqttPublisher(MqttLogin(parse_broker(broker.address), "rig"), lambda _: None)
    parts = (publisher, spool, "selvedge", AnswerQueue(), ONLINE)
    delivery = Delivery(*parts, resends=resends, reviews=book)
    if SHOT_ID in spool.archive:
        resends.add("again", {}, [SHOT_ID])
    delivery.start(wait_s=5)
    try:
        yield spool, book
    finally:
        delivery.finish(5, STOPPED)


@pytest.fixture(name="broker")
def _broker(tmp_path: Path) -> Iterator[MosquittoBroker]:
    broker = MosquittoBroker(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.stop()


@pytest.mark.broker
def test_an_approval_follows_its_shot_whatever_happened_before(
    tmp_path: Path, broker: MosquittoBroker
) -> None:
    """Made while the broker was away, by a rig that was killed: it comes, after the shot, once."""
    state = tmp_path / "state"
    add_shot(Spool(state, MEGABYTE), SHOT_ID)
    book = ReviewBook(state)
    book.add(_decide("rejected"))
    book.add(_decide("approved", TIMES[1]))
    del book  # Killed: nothing was closed.
    with listen(broker.address) as heard:
        with _deliver(broker, state) as (_, book):
            wait_until(lambda: book.due_count == 0)
            wait_until(lambda: any("/review/" in each.topic for each in heard))
        kinds = [each.topic.split("/")[2] for each in heard]
        kinds = [kind for kind in kinds if kind in {"cutout", "shot", "review"}]
        assert kinds == ["cutout", "shot", "review"]
        review = next(each for each in heard if "/review/" in each.topic)
        assert (review.topic, json.loads(review.payload)["state"]) == (
            TOPICS.review(SHOT_ID),
            "approved",
        )
        # A shot that is sent again brings its review along, for who was not there before.
        with _deliver(broker, state) as (_, book):
            wait_until(lambda: [each.topic for each in heard].count(review.topic) == 2)
            wait_until(lambda: book.due_count == 0)
    assert ReviewBook(state).due_count == 0


_PROGRAM = f"""
import sys
from pathlib import Path
from device.contract.review import Review
from device.shots.review_book import ReviewBook
book = ReviewBook(Path(sys.argv[1]))
for number in range(3):
    review = Review("{SHOT_ID[:-1]}" + str(number), "approved", "{TIMES[0]}")
    book.add(review)
    print(number, flush=True)
    (Path(sys.argv[1]) / f"answered-{{number}}").touch()
    book.note_sent(review)
"""


def test_a_decision_that_was_answered_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    """Killed before each operation on files: what was answered is there, due or sent."""
    for state in kill_at_each_operation(_PROGRAM, tmp_path):
        book = ReviewBook(state)
        for number in range(3):
            if (state / f"answered-{number}").exists():
                assert book.find(f"{SHOT_ID[:-1]}{number}") is not None
        book.add(_decide("rejected"))
        assert ReviewBook(state).find(SHOT_ID) == _decide("rejected")


def test_the_book_stays_small_and_quick(tmp_path: Path) -> None:
    """Ten thousand changes of mind about one shot are no ten thousand lines at the next start."""
    lines = json.dumps({"shot_id": SHOT_ID, "state": "approved", "reviewed_at": TIMES[0]}) + "\n"
    path = tmp_path / "reviews.jsonl"
    path.write_text(lines * 10_000 + "half a li", "utf-8")
    assert ReviewBook(tmp_path).find(SHOT_ID) == _decide("approved")
    assert len(path.read_text("utf-8").splitlines()) == 1
    assert ReviewBook(tmp_path).due_count == 1
