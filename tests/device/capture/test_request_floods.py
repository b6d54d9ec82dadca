"""Floods of commands: answers stay bounded, and the next request is worked on."""

from __future__ import annotations

import json
import threading
import tracemalloc
from pathlib import Path

import pytest

from device.capture.late_notice import LateNotices
from device.capture.request_queue import CaptureQueue
from device.contract.capture_request import CaptureRequest, format_result
from device.contract.message import Message
from device.shots.ledger import Ledger
from tests.support.capture_queues import TOPICS, make_command, open_queue, publish_into, take_answer
from tests.support.own_process import run_in_own_process


@pytest.mark.parametrize(
    "payload", [b"nonsense", b'{"request_id": "old"}', b'{"request_id": "a b %d"}']
)
def test_flood_that_no_answer_leaves_keeps_nobody_waiting(tmp_path: Path, payload: bytes) -> None:
    """After 10,000 messages that need no work the next request is the first to be answered."""
    ledger = Ledger(tmp_path, 0)
    ledger.remember("old", format_result("old", "taken", shot_id="S"))
    notices = LateNotices(publish_into([]))
    requests = CaptureQueue(TOPICS, ledger, notices)
    threads = set(threading.enumerate())
    for number in range(10_000):
        requests.receive(make_command(payload % number if b"%d" in payload else payload))
    started = set(threading.enumerate()) - threads
    assert not [each for each in started if each.name == "late notices"]
    assert len(requests.answers) <= 256
    requests.receive(make_command(b'{"request_id": "new"}'))
    assert requests.next_request() == CaptureRequest("new")
    requests.answer(format_result("new", "taken", shot_id="T"))
    first = requests.answers.first()
    assert first is not None
    assert json.loads(first.payload)["shot_id"] == "T"
    assert notices.open_count == 1


def test_request_that_waits_takes_one_place_however_often_it_comes(tmp_path: Path) -> None:
    """A client that repeats itself a thousand times leaves room for others, and gets one shot."""
    requests = open_queue(tmp_path)
    for _ in range(1000):
        requests.receive(make_command(b'{"request_id": "a1"}'))
    requests.receive(make_command(b'{"request_id": "a2"}'))
    assert requests.next_request() == CaptureRequest("a1")
    requests.receive(make_command(b'{"request_id": "a1"}'))  # While the shot is taken.
    requests.answer(format_result("a1", "taken", shot_id="S"))
    assert requests.next_request() == CaptureRequest("a2")
    assert requests.next_request() is None
    assert len(requests.answers) == 8


def test_each_asker_of_the_same_request_is_answered_where_it_listens(tmp_path: Path) -> None:
    """Two clients that ask the same get the answer each, with its own correlation data."""
    requests = open_queue(tmp_path)
    for data in (b"1", b"2"):
        payload = b'{"request_id": "a1"}'
        requests.receive(Message(TOPICS.capture, payload, 1, correlation_data=data))
    assert requests.next_request() == CaptureRequest("a1")
    requests.answer(format_result("a1", "taken", shot_id="S"))
    assert [answer.correlation_data for answer in requests.answers] == [b"1", b"2"]


def _count_kept_correlation_bytes(state: Path) -> int:
    state.mkdir()
    requests = open_queue(state)
    tracemalloc.start()
    for number in range(1000):
        payload = json.dumps({"request_id": f"r{number}"}).encode()
        requests.receive(Message(TOPICS.capture, payload, 1, correlation_data=bytes(60_000)))
    kept_bytes, _ = tracemalloc.get_traced_memory()
    return kept_bytes


def _count_kept_payload_bytes(state: Path) -> int:
    state.mkdir()
    requests = open_queue(state)
    tracemalloc.start()
    for _ in range(10):
        requests.receive(make_command(b" " * 1_000_000))
    kept_bytes, _ = tracemalloc.get_traced_memory()
    return kept_bytes


def test_large_correlation_data_is_refused_and_not_kept(tmp_path: Path) -> None:
    """A thousand commands with 60 KB of correlation data each are answered and fill no memory."""
    assert run_in_own_process(_count_kept_correlation_bytes, tmp_path / "flood") < 1_000_000
    requests = open_queue(tmp_path)
    payload = json.dumps({"request_id": "large"}).encode()
    requests.receive(Message(TOPICS.capture, payload, 1, correlation_data=bytes(60_000)))
    assert requests.next_request() is None
    answer = take_answer(requests)
    assert answer.correlation_data is None
    assert json.loads(answer.payload)["code"] == "invalid"
    assert "correlation data has at most 1024 bytes" in json.loads(answer.payload)["error"]
    payload = b'{"request_id": "fits"}'
    requests.receive(Message(TOPICS.capture, payload, 1, correlation_data=bytes(1024)))
    assert requests.next_request() == CaptureRequest("fits")


def test_payload_over_the_limit_is_refused_before_it_waits(tmp_path: Path) -> None:
    """Ten commands of a megabyte each are answered at once, and none of them is kept."""
    assert run_in_own_process(_count_kept_payload_bytes, tmp_path / "flood") < 100_000
    requests = open_queue(tmp_path)
    for _ in range(10):
        requests.receive(make_command(b" " * 1_000_000))
    assert {json.loads(answer.payload)["code"] for answer in requests.answers} == {"invalid"}
    assert requests.next_request() is None
