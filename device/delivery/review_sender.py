"""Decisions about shots on their way to the broker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from device.contract.review import Review
from device.publishers.publisher import Publisher, Receipt
from device.shots.review_book import ReviewBook
from device.shots.spool import Spool
from device.system.repeated_log import RepeatedLog

_LOG = logging.getLogger(__name__)
# A broker that refuses them has rules of an earlier version, until a person changes those.
_REFUSED_PAUSE_S = 60.0


class ReviewSender:
    """Sends them one at a time, each after its shot has left the spool. For the delivery thread.

    So whoever waits for a decision has the shot, or can have it.

    Attributes:
        trouble: why the broker refuses them, for people; None while it takes them.
    """

    def __init__(
        self,
        publisher: Publisher,
        book: ReviewBook,
        spool: Spool,
        prefix: str,
        wake: Callable[[], None],
    ) -> None:
        """Prepare.

        Args:
            publisher: the way out.
            book: what is to be sent.
            spool: where shots wait that the broker has yet to get.
            prefix: first levels of every topic.
            wake: called on another thread when the broker has answered, or a decision was made.
        """
        self._publisher = publisher
        self._book = book
        self._spool = spool
        self._prefix = prefix
        self._wake = wake
        self._in_flight: tuple[Review, Receipt] | None = None
        self._pause_until_s = 0.0
        self._log = RepeatedLog(_LOG)
        self.trouble: str | None = None
        book.on_change = wake

    @property
    def has_in_flight(self) -> bool:
        """Whether the broker owes an acknowledgement."""
        return self._in_flight is not None

    def take_acknowledgement(self) -> bool:
        """Take in what became of the one in flight; return whether the broker has answered."""
        if self._in_flight is None or not self._in_flight[1].settled:
            return False
        (review, receipt), self._in_flight = self._in_flight, None
        if receipt.refusal is not None:
            self._pause_until_s = time.monotonic() + _REFUSED_PAUSE_S
            self.trouble = f"the broker refused the review of {review.shot_id}: {receipt.refusal}"
            self._log.warning(self.trouble)
            return True
        if receipt.arrived:
            self.trouble = None
            self._book.note_sent(review)
        return receipt.arrived

    def on_connection_lost(self) -> None:
        """Take back what was in flight: it is sent again."""
        self.take_acknowledgement()
        self._in_flight, self._pause_until_s = None, 0.0

    def post(self) -> bool:
        """Post the next decision; return False when none is to go now."""
        if self._in_flight is not None or not self._publisher.room:
            return False
        if time.monotonic() < self._pause_until_s:
            return False
        review = self._book.first_due(lambda shot_id: shot_id not in self._spool)
        if review is None:
            return False
        receipt = self._publisher.post(review.make_message(self._prefix), self._wake)
        self._in_flight = review, receipt
        return True
