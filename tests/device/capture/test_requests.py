"""Commands from outside: nothing in them is trusted, and each is worked on once."""

from __future__ import annotations

import json
import random
import threading
import time
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from device.capture.late_notice import LateNotices
from device.capture.request_queue import CaptureQueue
from device.contract.capture_request import CaptureRequest, format_result, parse_request
from device.contract.command_payload import BadRequestError
from device.contract.message import Message, encode_json
from device.contract.names import is_name
from device.shots.ledger import Ledger
from tests.support.capture_queues import TOPICS, make_command, open_queue, publish_into, take_answer
from tests.support.programs import wait_until


def test_request_is_read() -> None:
    """The request id is enough; SKU and view may be left out or null."""
    assert parse_request(b'{"request_id": "a1"}') == CaptureRequest("a1")
    assert parse_request(b'{"request_id": "a1", "sku": null, "view": "front"}') == CaptureRequest(
        "a1", None, "front"
    )


@pytest.mark.parametrize(
    "payload",
    [
        *(b"null", b"[]", b"PRESS", b"\xff", b"{" * 3000, b"[" * 4000, b'{"request_id": 5}'),
        *(b'{"request_id": "../x"}', b'{"request_id": "a", "sku": "+"}', b" " * 5000),
        *(b'{"request_id": "a", "view": ["x"]}', b'{"request_id": "a", "shots": 3}'),
        b'{"request_id": "' + b"x" * 100 + b'"}',
    ],
)
def test_bad_request_is_answered_with_a_sentence(payload: bytes) -> None:
    """Whatever is wrong with a request, the answer is one sentence and no crash."""
    with pytest.raises(BadRequestError) as refusal:
        parse_request(payload)
    assert "\n" not in str(refusal.value)


_NASTY: tuple[object, ...] = (
    *(None, True, 0, -1, 1e308, "", " ", "..", "a/b", "+", "#", "a\n", "\0", "ä", "\ud800"),
    *("x" * 65, "x" * 3000, [], {}, ["a"], {"request_id": "a"}, "$share/x", "%s", "'; --"),
)
_FINE: tuple[object, ...] = ("a1", "b.2", "-", "front", None, "0" * 64)


def _mutated(chance: random.Random) -> bytes:
    """A request after one accident, or somebody's try to do harm."""
    fields: dict[str, object] = {"request_id": "a1", "sku": "SKU-9", "view": "front"}
    if chance.random() < 0.6:
        for key in chance.sample([*fields], chance.randint(1, 3)):
            fields[key] = chance.choice(_NASTY if chance.random() < 0.5 else _FINE)
        if chance.random() < 0.1:
            fields[chance.choice(["shots", "Request_Id", "", "x" * 200])] = 1
        return json.dumps(fields, ensure_ascii=chance.random() < 0.5).encode("utf-8", "replace")
    payload = bytearray(json.dumps(fields).encode())
    for _ in range(chance.randint(1, 6)):
        payload[chance.randrange(len(payload))] = chance.randrange(256)
    if chance.random() < 0.3:
        del payload[chance.randrange(len(payload)) :]
    return bytes(payload)


def test_ten_thousand_mutated_requests_each_get_one_clear_answer(tmp_path: Path) -> None:
    """Each is handed out with names that are safe, or answered `invalid` as the schema says."""
    text = (resources.files("device") / "schemas" / "capture-result.json").read_text("utf-8")
    validator = jsonschema.Draft202012Validator(json.loads(text))
    chance = random.Random(5)  # noqa: S311 - a repeatable fuzz, no secret
    notices = LateNotices(publish_into([]))
    requests = CaptureQueue(TOPICS, Ledger(tmp_path, 0), notices)
    read = refused = 0
    for _ in range(10_000):
        requests.receive(make_command(_mutated(chance)))
        request = requests.next_request()
        if request is not None:
            read += 1
            assert all(is_name(name) for name in (request.request_id, request.sku or "a"))
            assert request.view is None or is_name(request.view)
            requests.answer(format_result(request.request_id, "refused", error="a test"))
        answer = take_answer(requests)
        assert not requests.answers
        notices.note_sent(answer)
        document = json.loads(answer.payload)
        validator.validate(document)
        refused += document["code"] == "invalid"
    assert read + refused == 10_000
    assert min(read, refused) > 500


def test_repeated_request_is_answered_again_and_shoots_once(tmp_path: Path) -> None:
    """The same request id gives one shot and the same answer, also after a restart."""
    ledger = Ledger(tmp_path, 0)
    requests = CaptureQueue(TOPICS, ledger, LateNotices(publish_into([])))
    for _ in range(2):
        requests.receive(make_command(b'{"request_id": "a1"}'))
    assert requests.next_request() == CaptureRequest("a1")
    taken = format_result("a1", "taken", shot_id="S")
    ledger.remember("a1", taken)
    requests.answer(taken)
    assert requests.next_request() is None
    assert [json.loads(answer.payload) for answer in requests.answers] == [taken] * 2
    requests = open_queue(tmp_path)
    requests.receive(make_command(b'{"request_id": "a1"}'))
    assert requests.next_request() is None
    (answer,) = requests.answers
    assert json.loads(answer.payload) == taken
    assert answer.topic == TOPICS.capture_result
    assert answer.correlation_data == b"c"


def test_request_repeated_as_its_answer_is_given_shoots_once(tmp_path: Path) -> None:
    """A repetition that comes while the answer is written down gets it, and makes no shot."""
    taken = format_result("a1", "taken", shot_id="S")

    def finish() -> None:
        ledger.remember("a1", taken)
        requests.answer(taken)

    in_hand, shooting = threading.Event(), threading.Thread(target=finish)

    class AnsweringLedger(Ledger):
        """Lets the shooting thread answer just after the network thread has looked."""

        def answer(self, request_id: str) -> dict[str, Any] | None:
            known = super().answer(request_id)
            if in_hand.is_set():
                in_hand.clear()
                shooting.start()
                shooting.join(0.2)  # It may wait for this thread.
            return known

    ledger = AnsweringLedger(tmp_path, 0)
    requests = CaptureQueue(TOPICS, ledger, LateNotices(publish_into([])))
    requests.receive(make_command(b'{"request_id": "a1"}'))
    assert requests.next_request() == CaptureRequest("a1")
    in_hand.set()
    requests.receive(make_command(b'{"request_id": "a1"}'))
    shooting.join()
    assert requests.next_request() is None
    assert [json.loads(answer.payload) for answer in requests.answers] == [taken] * 2


def test_retained_and_foreign_messages_shoot_nothing(tmp_path: Path) -> None:
    """A retained command, which would shoot at every start, and another topic are ignored."""
    requests = open_queue(tmp_path)
    requests.receive(make_command(b'{"request_id": "a1"}', retain=True))
    requests.receive(Message("selvedge/other/command/capture", b'{"request_id": "a2"}', 1))
    assert requests.next_request() is None
    assert not requests.answers


def test_flood_is_answered_busy(tmp_path: Path) -> None:
    """More requests than can wait are answered at once instead of filling the memory."""
    requests = open_queue(tmp_path)
    for number in range(100):
        requests.receive(make_command(json.dumps({"request_id": f"r{number}"}).encode()))
    codes = [json.loads(answer.payload)["code"] for answer in requests.answers]
    assert codes == ["busy"] * 36


def test_late_answer_is_preceded_by_a_word(tmp_path: Path) -> None:
    """Who asks while a shot is in hand hears `received` within a second, once, then the answer."""
    sent: list[Message] = []
    notices = LateNotices(publish_into(sent))
    requests = CaptureQueue(TOPICS, Ledger(tmp_path, 0), notices)
    asked_s = time.monotonic()
    requests.receive(make_command(b'{"request_id": "a1"}'))
    wait_until(lambda: len(sent) == 1)
    assert time.monotonic() - asked_s < 5  # 0.5 to 0.7 s on two busy cores
    assert sent[0].payload == encode_json(format_result("a1", "received"))
    assert (sent[0].qos, sent[0].correlation_data) == (0, b"c")
    assert requests.next_request() == CaptureRequest("a1")
    requests.answer(format_result("a1", "taken", shot_id="S"))
    assert [json.loads(answer.payload)["code"] for answer in requests.answers] == ["taken"]
    assert not notices.open_count
    assert len(sent) == 1


def test_word_that_cannot_go_yet_goes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second asker's word waits until the first one's has left the line, and is not lost."""
    monkeypatch.setattr("device.capture.late_notice.NOTICE_AFTER_S", 0.05)
    tries: list[Message] = []

    def publish(notice: Message) -> bool:
        tries.append(notice)
        return len(tries) > 2

    notices = LateNotices(publish)
    requests = CaptureQueue(TOPICS, Ledger(tmp_path, 0), notices)
    requests.receive(make_command(b'{"request_id": "a1"}'))
    wait_until(lambda: not notices.open_count)
    assert [json.loads(notice.payload)["code"] for notice in tries] == ["received"] * 3


def test_quick_answer_has_no_word_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that has left in time is the only one; one that is stuck has its word."""
    monkeypatch.setattr("device.capture.late_notice.NOTICE_AFTER_S", 0.3)
    sent: list[Message] = []
    notices = LateNotices(publish_into(sent))
    requests = CaptureQueue(TOPICS, Ledger(tmp_path, 0), notices)
    for request_id in ("quick", "stuck"):
        requests.receive(make_command(json.dumps({"request_id": request_id}).encode()))
        assert requests.next_request() is not None
        requests.answer(format_result(request_id, "refused", error="no camera"))
        if request_id == "quick":
            notices.note_sent(take_answer(requests))
    wait_until(lambda: not notices.open_count)
    assert [json.loads(notice.payload)["request_id"] for notice in sent] == ["stuck"]
