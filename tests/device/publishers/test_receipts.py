"""Messages that wait for their acknowledgement."""

from __future__ import annotations

import threading

import pytest

from device.publishers.mqtt_receipts import MqttReceipts


def test_message_that_could_not_be_sent_leaves_no_trace() -> None:
    """After a message that raised, old answers are not taken for those of the next one."""
    receipts = MqttReceipts(threading.Condition())

    def fail() -> int:
        raise ValueError("no such topic")

    with pytest.raises(ValueError, match="no such topic"):
        receipts.post(fail, 1, lambda: None, lambda refusal: refusal)
    answered = _count_early(receipts)
    for mid in range(1, 1000):
        receipts.answer(mid, None)
    assert _count_early(receipts) == answered == 0


def _count_early(receipts: MqttReceipts) -> int:
    return len(receipts._early)  # What it would hold for ever.
