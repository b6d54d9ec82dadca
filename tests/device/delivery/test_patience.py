"""How long the delivery waits for a picture that is on its way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from device.contract.message import Message
from device.delivery.answer_queue import AnswerQueue
from device.delivery.delivery import Delivery
from device.publishers.publisher import Receipt
from device.shots.spool import Spool
from tests.support.spooled_shots import add_shot, make_shot_id

STATUS = Message("selvedge/rig/status", b"on", 1, retain=True)
# Longer than a busy machine takes for anything here.
PATIENCE_S = 60


class _SlowLine:
    """A line on which a picture leaves for as long as the test wants, and never arrives."""

    connections = 1
    lost_reason = None
    protocol = "5"

    def __init__(self) -> None:
        self.connected = False
        self.cut = threading.Event()
        self.asked_often = threading.Event()
        self.halted_s: float | None = None
        self._asked = 0

    @property
    def left_s(self) -> float:
        """Bytes leave right now, until the line is halted."""
        self._asked += 1
        if self._asked >= 10:
            self.asked_often.set()
        return time.monotonic() if self.halted_s is None else self.halted_s

    @property
    def room(self) -> int:
        """It takes as many as come."""
        return 1000 if self.connected else 0

    def connect(self, timeout_s: float) -> None:  # noqa: ARG002 - the contract's parameter
        """Accept."""
        self.connected = True

    def post(self, message: Message, settled: Callable[[], None]) -> Receipt:
        """Take everything but pictures at once."""
        if "/cutout/" in message.topic:
            return Receipt()
        settled()
        return Receipt(settled=True, arrived=True)

    def publish(self, message: Message, timeout_s: float) -> bool:  # noqa: ARG002 - as above
        """Take everything."""
        return True

    def abandon(self) -> None:
        """Note that it was given up."""
        self.connected = False
        self.cut.set()

    def close(self) -> None:
        """Nothing to release."""


def test_a_picture_is_waited_for_while_it_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The patience runs from the last bytes that left: no line is too slow, and a dead one ends."""
    monkeypatch.setattr("device.delivery.delivery._PICTURE_TIMEOUT_S", 0.2)
    spool = Spool(tmp_path, 10**9)
    add_shot(spool, make_shot_id(1))
    line = _SlowLine()
    delivery = Delivery(line, spool, "selvedge", AnswerQueue(), STATUS)
    delivery.start(wait_s=5)
    assert line.asked_often.wait(PATIENCE_S)
    assert not line.cut.is_set()
    line.halted_s = time.monotonic()
    assert line.cut.wait(PATIENCE_S)
    delivery.finish(0, STATUS)
