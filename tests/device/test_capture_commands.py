"""Commands from outside: nothing in them is trusted, and each is worked on once."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from device.capture_desk import CaptureDesk
from device.capture_request import BadRequestError, CaptureRequest, parse_request, result
from device.ledger import Ledger
from device.message import Message
from device.topics import Topics

TOPICS = Topics("selvedge", "rig")


def _command(payload: bytes, *, retain: bool = False) -> Message:
    return Message(TOPICS.capture, payload, 1, retain=retain, correlation_data=b"c")


def test_request_is_read() -> None:
    """The request id is enough; SKU and view may be left out or null."""
    assert parse_request(b'{"request_id": "a1"}') == CaptureRequest("a1")
    assert parse_request(b'{"request_id": "a1", "sku": null, "view": "front"}') == CaptureRequest(
        "a1", None, "front"
    )


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"null", b"[]", b"{}", b"\xff", b"{" * 3000, b"[" * 4000, b'{"request_id": 5}'),
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


def test_mutated_requests_never_crash() -> None:
    """Ten thousand mutated requests are either read or refused."""
    chance = random.Random(5)  # noqa: S311 - a repeatable fuzz, no secret
    seed = json.dumps({"request_id": "a1", "sku": "SKU-9", "view": "front"}).encode()
    for _ in range(10_000):
        payload = bytearray(seed)
        for _ in range(chance.randint(1, 6)):
            payload[chance.randrange(len(payload))] = chance.randrange(256)
        try:
            parse_request(bytes(payload))
        except BadRequestError:
            continue


def test_repeated_request_is_answered_again_and_shoots_once(tmp_path: Path) -> None:
    """The same request id gives one shot and the same answer, also after a restart."""
    ledger = Ledger(tmp_path, 0)
    desk = CaptureDesk(TOPICS, ledger)
    for _ in range(2):
        desk.receive(_command(b'{"request_id": "a1"}'))
    assert desk.next_request() == CaptureRequest("a1")
    taken = result("a1", "taken", shot_id="S")
    ledger.remember("a1", taken)
    desk.answer(taken)
    assert desk.next_request() is None
    desk = CaptureDesk(TOPICS, Ledger(tmp_path, 0))
    desk.receive(_command(b'{"request_id": "a1"}'))
    assert desk.next_request() is None
    assert json.loads(desk.answers[0].payload) == taken
    assert desk.answers[0].topic == TOPICS.capture_result
    assert desk.answers[0].correlation_data == b"c"


def test_retained_and_foreign_messages_shoot_nothing(tmp_path: Path) -> None:
    """A retained command, which would shoot at every start, and another topic are ignored."""
    desk = CaptureDesk(TOPICS, Ledger(tmp_path, 0))
    desk.receive(_command(b'{"request_id": "a1"}', retain=True))
    desk.receive(Message("selvedge/other/command/capture", b'{"request_id": "a2"}', 1))
    assert desk.next_request() is None
    assert not desk.answers


def test_flood_is_answered_busy(tmp_path: Path) -> None:
    """More requests than can wait are answered at once instead of filling the memory."""
    desk = CaptureDesk(TOPICS, Ledger(tmp_path, 0))
    for number in range(100):
        desk.receive(_command(json.dumps({"request_id": f"r{number}"}).encode()))
    codes = [json.loads(answer.payload)["code"] for answer in desk.answers]
    assert codes == ["busy"] * 36
