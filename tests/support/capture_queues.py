"""Queues of capture requests, and what goes into them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from device.capture.late_notice import LateNotices
from device.capture.request_queue import CaptureQueue
from device.contract.message import Message
from device.contract.topics import Topics
from device.shots.ledger import Ledger

TOPICS = Topics("selvedge", "rig")


def make_command(payload: bytes, *, retain: bool = False) -> Message:
    """A capture command as a client sends it."""
    return Message(TOPICS.capture, payload, 1, retain=retain, correlation_data=b"c")


def publish_into(sent: list[Message]) -> Callable[[Message], bool]:
    """A publisher that keeps what it is given."""

    def publish(notice: Message) -> bool:
        sent.append(notice)
        return True

    return publish


def take_answer(requests: CaptureQueue) -> Message:
    """The answer that would be sent next."""
    answer = requests.answers.first()
    assert answer is not None
    requests.answers.drop(answer)
    return answer


def open_queue(folder: Path) -> CaptureQueue:
    """A queue whose notices go nowhere."""
    return CaptureQueue(TOPICS, Ledger(folder, 0), LateNotices(publish_into([])))
