"""The rig's status and the answers to commands, which go ahead of shots."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from device.contract.message import Message
from device.delivery.answer_queue import AnswerQueue
from device.publishers.publisher import Publisher, Receipt
from device.system.repeated_log import RepeatedLog

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _InFlight:
    """A status or an answer in flight; one at a time."""

    message: Message
    is_answer: bool
    receipt: Receipt


class ControlSender:
    """Sends them, one at a time; for the delivery thread alone, but for `announce`.

    Attributes:
        trouble: why the broker refuses the status, for people; None while it takes it.
        is_taken: whether the broker has ever taken the status.
    """

    def __init__(
        self,
        publisher: Publisher,
        answers: AnswerQueue,
        status: Message,
        wake: Callable[[], None],
        on_answer_sent: Callable[[Message], object] | None,
    ) -> None:
        """Prepare.

        Args:
            publisher: the way out.
            answers: put in by other threads.
            status: what to publish, retained, after every connection.
            wake: called on another thread when the broker has answered.
            on_answer_sent: called with each answer that the broker has.
        """
        self._publisher = publisher
        self._answers = answers
        self._status = status
        self._is_status_due = True
        self._wake = wake
        self._on_answer_sent = on_answer_sent
        self._in_flight: _InFlight | None = None
        self._log = RepeatedLog(_LOG)
        self.trouble: str | None = None
        self.is_taken = False

    @property
    def has_in_flight(self) -> bool:
        """Whether the broker owes an acknowledgement."""
        return self._in_flight is not None

    def announce(self, status: Message) -> bool:
        """Replace the status; return whether there is a new one to publish."""
        if status == self._status:
            return False
        self._status, self._is_status_due = status, True
        return True

    def on_connection_lost(self) -> None:
        """Take back what was in flight; the status goes out on the next connection."""
        self.take_acknowledgement()  # A broker may refuse a message and hang up over it.
        self._in_flight, self._is_status_due = None, True

    def take_acknowledgement(self) -> tuple[bool, bool]:
        """Take in what became of the message in flight.

        Returns:
            Whether it is settled, and whether the broker has answered for it.
        """
        sent = self._in_flight
        if sent is None or not sent.receipt.settled:
            return False, False
        self._in_flight = None
        refusal = sent.receipt.refusal
        if refusal is not None:
            self._note_refusal(f"the broker refused {sent.message.topic}: {refusal}", sent)
        elif sent.receipt.arrived and not sent.is_answer:
            if self.trouble is not None:
                _LOG.info("the broker takes this rig's status again")
            self.trouble, self.is_taken = None, True
        answered = sent.receipt.arrived or sent.receipt.refusal is not None
        if answered and sent.is_answer:
            self._drop(sent.message)
        return True, answered

    def post(self, *, answers_too: bool) -> bool:
        """Post what may go now; return False when there is nothing.

        Args:
            answers_too: whether the broker has shown that it answers on this connection.
        """
        if self._in_flight is not None or not self._publisher.room:
            return False
        is_answer = not self._is_status_due
        message = self._answers.first() if is_answer and answers_too else None
        if self._is_status_due:
            # In this order: a status that is announced in between is due again.
            self._is_status_due = False
            message = self._status
        if message is None:
            return False
        try:
            receipt = self._publisher.post(message, self._wake)
        except Exception as error:  # noqa: BLE001 - one message must not keep the others
            _LOG.warning("%s could not be sent (%s)", message.topic, error)
            if is_answer:
                self._drop(message)
            return True
        self._in_flight = _InFlight(message, is_answer, receipt)
        return True

    def _note_refusal(self, sentence: str, sent: _InFlight) -> None:
        self._log.warning(sentence)
        if not sent.is_answer:
            self.trouble = sentence

    def _drop(self, answer: Message) -> None:
        self._answers.drop(answer)
        if self._on_answer_sent is not None:
            self._on_answer_sent(answer)
