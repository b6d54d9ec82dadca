"""The messages that wait for an acknowledgement, shared by the thread that posts and paho's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from device.publishers.publisher import Receipt, Refusal


@dataclass(frozen=True, slots=True)
class _Answer:
    refusal: Refusal | None
    unclaimed: bool


@dataclass(frozen=True, slots=True)
class _Awaited:
    receipt: Receipt
    qos: int
    settled: Callable[[], None]
    explain: Callable[[Refusal], Refusal]


class MqttReceipts:
    """Receipts by message id. One thread posts; any may answer or lose."""

    def __init__(self, changed: threading.Condition) -> None:
        """Begin with none.

        Args:
            changed: the connection's; notified whenever a receipt is settled.
        """
        self._changed = changed
        self._awaited: dict[int, _Awaited] = {}
        # Answers that came before the id of the message in hand was known.
        self._early: dict[int, _Answer] = {}
        self._posting = False
        self._lost = False

    @property
    def unacknowledged(self) -> int:
        """How many messages of QoS 1 wait."""
        with self._changed:
            return sum(awaited.qos for awaited in self._awaited.values())

    def post(
        self,
        send: Callable[[], int],
        qos: int,
        settled: Callable[[], None],
        explain: Callable[[Refusal], Refusal],
    ) -> Receipt:
        """Send a message and make its receipt.

        Args:
            send: sends it and returns its id.
            qos: of the message.
            settled: called once the receipt is settled.
            explain: adds to a refusal what is known of its cause.
        """
        receipt = Receipt()
        with self._changed:
            # Ids come round again after hours of previews, which ask for no receipt: only what is
            # answered from now on can be about this message.
            self._early.clear()
            self._posting = True
        # Not under the lock: the network thread holds paho's own while it waits for this one.
        try:
            mid = send()
        except BaseException:
            with self._changed:
                self._posting = False
            raise
        with self._changed:
            self._posting = False
            if mid in self._early:
                _settle(receipt, self._early[mid], explain)
            elif self._lost:
                receipt.settled = True
            else:
                self._awaited[mid] = _Awaited(receipt, qos, settled, explain)
                return receipt
        settled()
        return receipt

    def answer(self, mid: int, refusal: Refusal | None, *, unclaimed: bool = False) -> None:
        """The broker has answered, or a message of QoS 0 was sent."""
        answer = _Answer(refusal, unclaimed)
        with self._changed:
            awaited = self._awaited.pop(mid, None)
            if awaited is None:
                if self._posting:
                    self._early[mid] = answer
                return
            _settle(awaited.receipt, answer, awaited.explain)
            self._changed.notify_all()
        awaited.settled()

    def lose(self) -> None:
        """The connection has ended: nothing more will be heard."""
        with self._changed:
            self._lost = True
            lost, self._awaited = list(self._awaited.values()), {}
            for awaited in lost:
                awaited.receipt.settled = True
            self._changed.notify_all()
        for awaited in lost:
            awaited.settled()


def _settle(receipt: Receipt, answer: _Answer, explain: Callable[[Refusal], Refusal]) -> None:
    # Others read without the lock: what goes with an arrival is there before it.
    receipt.unclaimed = answer.unclaimed
    receipt.refusal = None if answer.refusal is None else explain(answer.refusal)
    receipt.arrived = answer.refusal is None
    receipt.settled = True
