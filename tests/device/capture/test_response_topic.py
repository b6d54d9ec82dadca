"""Answers to capture commands at the topic of the asker's choice (MQTT 5), over mosquitto."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from device.capture.late_notice import LateNotices
from device.capture.request_queue import CaptureQueue
from device.contract.capture_request import format_result
from device.contract.message import Message
from device.contract.topics import Topics
from device.delivery.delivery import Delivery
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import parse_broker
from device.shots.ledger import Ledger
from device.shots.spool import Spool
from tests.support.mosquitto import MosquittoBroker
from tests.support.programs import wait_until

TOPICS = Topics("selvedge", "rig")
STATUS = Message(TOPICS.status, b"on", 1, retain=True)


class _Place:
    """A rig without a camera: its queue of requests, its delivery, and somebody who asks it."""

    def __init__(self, broker: MosquittoBroker, folder: Path, stack: ExitStack) -> None:
        address = parse_broker(broker.address)
        self.heard: list[Message] = []
        notices = LateNotices(lambda notice: self.rig.publish(notice, 0))
        self.requests = CaptureQueue(TOPICS, Ledger(folder, 0), notices)
        self.spool = Spool(folder, 10**9)
        self.rig = MqttPublisher(
            MqttLogin(address, "rig", subscriptions=(TOPICS.capture,)), self.requests.receive
        )
        self.delivery = Delivery(
            *(self.rig, self.spool, "selvedge", self.requests.answers, STATUS),
            on_answer_sent=notices.note_sent,
        )
        self.delivery.start(wait_s=5)
        heard_topics = ("asker/#", TOPICS.capture_result, TOPICS.shot("+"), TOPICS.cutout("+"))
        login = MqttLogin(address, "asker", subscriptions=heard_topics)
        self.asker = stack.enter_context(closing(MqttPublisher(login, self.heard.append)))
        self.asker.connect(5)

    def ask(self, request_id: str, response_topic: str) -> None:
        """Ask for a shot, and let the rig say that it was taken."""
        payload = json.dumps({"request_id": request_id}).encode()
        asked = Message(
            *(TOPICS.capture, payload, 1),
            response_topic=response_topic,
            correlation_data=request_id.encode(),
        )
        assert self.asker.publish(asked, 5)
        wait_until(lambda: self.requests.next_request() is not None)
        self.requests.answer(format_result(request_id, "taken", shot_id="S"))
        self.delivery.wake()


@contextmanager
def _place(folder: Path, *extra: str) -> Iterator[_Place]:
    broker = MosquittoBroker(folder / "mosquitto", *extra)
    broker.start()
    try:
        with ExitStack() as stack:
            place = _Place(broker, folder / "state", stack)
            yield place
            assert place.delivery.finish(10, STATUS) == 0
    finally:
        broker.stop()


@pytest.mark.broker
def test_answer_goes_to_the_response_topic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer comes at once at the topic that its request named, with its correlation data."""
    # One that waited for the next look around would come after everybody's patience.
    monkeypatch.setattr("device.delivery.delivery._IDLE_S", 600.0)
    with _place(tmp_path) as place:
        for number in range(8):
            place.ask(f"r{number}", "asker/7/answers")
        wait_until(lambda: len(place.heard) == 8)
    assert {answer.topic for answer in place.heard} == {"asker/7/answers"}
    assert [json.loads(answer.payload)["request_id"].encode() for answer in place.heard] == [
        answer.correlation_data for answer in place.heard
    ]


@pytest.mark.broker
def test_response_topic_that_the_broker_forbids_holds_up_nothing(tmp_path: Path) -> None:
    """Where the broker's rules keep the rig from answering there, shots still flow."""
    rules = tmp_path / "rules"
    rules.write_text("topic readwrite selvedge/#\n", "utf-8")
    rules.chmod(0o644)
    with _place(tmp_path, f"acl_file {rules}") as place:
        place.ask("r1", "elsewhere/answers")
        png = b"\x89PNG" * 100
        shot_id = "20261122T144800123Z-rig-0001"
        announcement = {"id": shot_id, "rig": "rig", "sha256": hashlib.sha256(png).hexdigest()}
        place.spool.add(shot_id, png, json.dumps({**announcement, "request_id": None}).encode())
        place.spool.release(shot_id)
        wait_until(lambda: place.heard)
        assert place.rig.connections == 1
    assert [message.topic for message in place.heard] == [
        TOPICS.cutout(shot_id),
        TOPICS.shot(shot_id),
    ]


@pytest.mark.parametrize(
    "topic",
    [
        *("", "$SYS/broker", "asker/+", "asker/#", "#", "a\nb", "a\0b", "a\x85b", "x" * 257),
        *(TOPICS.status, TOPICS.capture, TOPICS.shot("1"), "selvedge/rig/"),
    ],
)
def test_unusable_response_topic_is_passed_over(tmp_path: Path, topic: str) -> None:
    """Wildcards, control characters, the broker's and the rig's own topics get no answer."""
    requests = CaptureQueue(TOPICS, Ledger(tmp_path, 0), LateNotices(lambda _: True))
    asked = Message(TOPICS.capture, b"junk", 1, response_topic=topic, correlation_data=b"c")
    requests.receive(asked)
    assert requests.next_request() is None
    (answer,) = requests.answers
    assert (answer.topic, answer.qos) == (TOPICS.capture_result, 1)
    assert answer.correlation_data == b"c"
