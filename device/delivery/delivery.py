"""The thread that talks to the broker: connects, and sends what must arrive."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable

from device.contract.message import Message
from device.delivery.answer_queue import AnswerQueue
from device.delivery.control_sender import ControlSender
from device.delivery.first_connection import CONNECT_TIMEOUT_S, connect_or_refuse
from device.delivery.resends import Resends
from device.delivery.review_sender import ReviewSender
from device.delivery.session_takeover import TakeoverDetector
from device.delivery.shot_sender import ShotSender
from device.delivery.unclaimed_shots import UnclaimedShots
from device.publishers.publisher import (
    BrokerRefusedError,
    BrokerUnreachableError,
    Publisher,
)
from device.shots.resend_list import ResendList
from device.shots.review_book import ReviewBook
from device.shots.spool import Spool

_LOG = logging.getLogger(__name__)
# How long a broker may owe the acknowledgement of a status or an answer.
_CONTROL_TIMEOUT_S = 10.0
# The same of a picture, from when its last bytes left: those of a large one may lie in somebody's
# buffer for long.
_PICTURE_TIMEOUT_S = 120.0
# Between attempts to connect: a person who restarts a broker sees the rig back within it.
_LONGEST_PAUSE_S = 15.0
# New work and acknowledgements wake the thread; this is how often it looks if a wake-up is missed.
_IDLE_S = 0.5
# A connection that ends sooner counts as a failure: two clients of one id cut each other off within
# moments.
_SHORT_LIFE_S = 5.0


class Delivery:
    """Connects, reconnects, and posts everything that must arrive (QoS 1), on its own thread.

    Order: status, answers to commands, then shots, oldest first; of each shot first the picture,
    then its announcement, so that whoever reads the announcement has the picture.
    """

    def __init__(
        self,
        publisher: Publisher,
        spool: Spool,
        prefix: str,
        answers: AnswerQueue,
        status: Message,
        on_answer_sent: Callable[[Message], object] | None = None,
        *,
        deliver_unclaimed: bool = False,
        subscribe_hint: str = "",
        resends: ResendList | None = None,
        reviews: ReviewBook | None = None,
    ) -> None:
        """Prepare; nothing is sent before `start`.

        Args:
            publisher: the way out; from `start` on, this thread alone connects it.
            spool: where shots wait.
            prefix: first levels of every topic.
            answers: answers to commands, put in by another thread; they go ahead of shots.
            status: what to publish, retained, after every connection.
            on_answer_sent: called on this thread with each answer that the broker has.
            deliver_unclaimed: whether a shot to which nobody has subscribed counts as delivered.
            subscribe_hint: how to start a subscriber here, for people.
            resends: delivered shots that were asked for again.
            reviews: what was decided about shots; None for nothing.
        """
        self._publisher = publisher
        self._spool = spool
        self._wake = threading.Event()
        self._finishing = threading.Event()
        self._deadline_s: float | None = None  # When to give up; set once no new work comes.
        self._probe_due = False  # Set at the end: whether somebody has subscribed by now.
        answers.on_put = self._wake.set
        self._control = ControlSender(publisher, answers, status, self._wake.set, on_answer_sent)
        self._unclaimed = UnclaimedShots(spool, prefix, subscribe_hint)
        unclaimed = None if deliver_unclaimed else self._unclaimed
        self._reviews = (
            None
            if reviews is None
            else ReviewSender(publisher, reviews, spool, prefix, self._wake.set)
        )
        on_resent = None if reviews is None else reviews.send_again
        again = None if resends is None else Resends(resends, spool.archive, on_resent)
        self._sender = ShotSender(publisher, spool, prefix, self._wake.set, unclaimed, again)
        self._acknowledged = (
            False  # Whether the broker has acknowledged anything on this connection.
        )
        self._waiting_since_s = 0.0  # Its last answer, or the first message that it owes one for.
        self._failures = 0
        self._short_lives = 0  # Connections in a row that ended within _SHORT_LIFE_S.
        self._takeovers = TakeoverDetector()
        self._connected_s: float | None = None
        self._connection_trouble: str | None = None
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why shots stay in the spool, one sentence each, for people; none when they flow."""
        reviews = None if self._reviews is None else self._reviews.trouble
        found = (self._control.trouble, self._connection_trouble, *self._sender.troubles, reviews)
        return tuple(trouble for trouble in found if trouble is not None)

    @property
    def trouble(self) -> str | None:
        """The first of `troubles`; None when shots flow."""
        return next(iter(self.troubles), None)

    @property
    def unclaimed(self) -> int:
        """How many shots wait until somebody subscribes to them."""
        return self._unclaimed.count

    @property
    def is_online(self) -> bool:
        """Whether the broker has taken the rig's status, at some time."""
        return self._control.is_taken

    def start(self, wait_s: float) -> None:
        """Connect for the first time and start the thread.

        Args:
            wait_s: how long a broker that does not answer is waited for; infinity starts at once
                and lets shots gather in the spool until it does.

        Raises:
            UsageError: the broker did not answer in time, or refused.
        """
        if wait_s != float("inf"):
            _LOG.debug("waiting for the broker")
            connect_or_refuse(self._publisher, wait_s)
            self._connected_s = time.monotonic()
        self._thread.start()

    def announce(self, status: Message) -> None:
        """Publish a new status, now or as soon as the broker is there."""
        if self._control.announce(status):
            self._wake.set()

    def wake(self) -> None:
        """Say that there is a new shot in the spool, or a new answer."""
        self._wake.set()

    def finish(self, drain_s: float, farewell: Message) -> int:
        """Deliver what waits, say goodbye, end the thread.

        Args:
            drain_s: the longest that may take.
            farewell: the last status.

        Returns:
            How many shots stay in the spool.
        """
        self._probe_due = True
        self._deadline_s = time.monotonic() + drain_s
        self._finishing.set()
        self._wake.set()
        self._thread.join(timeout=drain_s + CONNECT_TIMEOUT_S)
        # If it is not acknowledged, the connection is cut and the broker publishes the will.
        self._publisher.publish(farewell, 2.0)
        self._publisher.close()
        return self._spool.depth

    def _run(self) -> None:
        while not self._is_past_deadline():
            # Read first: a shot may come while the step finds nothing.
            finishing = self._deadline_s is not None
            if not self._step() and finishing:
                return

    def _step(self) -> bool:
        """Do something, or wait for something to do; return False when there was nothing."""
        self._wake.clear()  # First: what comes from now on ends the wait below.
        try:
            if not self._publisher.connected:
                self._reconnect()
                return True
            if self._take_acknowledgements() | self._post():
                return True
        except Exception:  # noqa: BLE001 - shots must go on flowing; those in hand are on disk
            _LOG.exception("delivery stumbled and tries again")
            self._pause()
            return True
        if self._awaits_acknowledgement:
            self._wait_for_acknowledgement()
            return True
        self._failures = 0
        if self._sender.is_pausing:
            self._wake.wait(_IDLE_S)
            return True
        if self._deadline_s is None:
            self._wake.wait(_IDLE_S)
        return False

    def _is_past_deadline(self) -> bool:
        return self._deadline_s is not None and time.monotonic() > self._deadline_s

    @property
    def _awaits_acknowledgement(self) -> bool:
        """Whether the broker owes an acknowledgement."""
        reviews = self._reviews is not None and self._reviews.has_in_flight
        return self._control.has_in_flight or self._sender.has_in_flight or reviews

    def _wait_for_acknowledgement(self) -> None:
        pictures = self._sender.picture_bytes_in_flight > 0
        patience_s = _PICTURE_TIMEOUT_S if pictures else _CONTROL_TIMEOUT_S
        # A picture that still leaves is no silence of the broker's: 100 MB at 1 Mbit/s take 800 s.
        since_s = max(self._waiting_since_s, self._publisher.left_s if pictures else 0.0)
        left_s = since_s + patience_s - time.monotonic()
        if left_s > 0:
            self._wake.wait(min(left_s, _IDLE_S))
            return
        self._sender.on_broker_silent()
        self._publisher.abandon()
        self._report(f"the broker has acknowledged nothing for {patience_s:g} s")

    def _reconnect(self) -> None:
        if self._connected_s is not None:
            self._on_connection_lost(time.monotonic() - self._connected_s)
        self._connected_s = None
        self._control.on_connection_lost()
        if self._reviews is not None:
            self._reviews.on_connection_lost()
        self._acknowledged = False
        try:
            self._publisher.connect(CONNECT_TIMEOUT_S)
        except (BrokerRefusedError, BrokerUnreachableError) as error:
            self._takeovers.reset()
            self._sender.on_broker_away()
            self._report(str(error))
            self._pause()
            return
        self._connected_s = time.monotonic()

    def _on_connection_lost(self, lived_s: float) -> None:
        """Take back what was in flight, and pause longer where connections keep being cut."""
        self._control.on_connection_lost()
        # A broker that hangs up over the rig's status does so over no shot.
        is_explained = self._control.trouble is not None
        self._sender.on_connection_lost(self._publisher.lost_reason, is_explained=is_explained)
        self._short_lives = self._short_lives + 1 if lived_s < _SHORT_LIFE_S else 0
        self._failures = max(self._failures, self._short_lives)
        taken_over = self._takeovers.note_cut()
        if is_explained:
            self._pause()
            return
        hint = ": does a second daemon run under the same --rig name?" if taken_over else ""
        if self._connection_trouble is None:
            reason = self._publisher.lost_reason
            self._report(f"the connection to the broker was lost ({reason}){hint}")
        self._pause()

    def _take_acknowledgements(self) -> bool:
        """Take in what the broker has answered; return False when there was nothing."""
        answered, acknowledged = self._control.take_acknowledgement()
        if self._reviews is not None and self._reviews.take_acknowledgement():
            answered = acknowledged = True
        if acknowledged:
            self._note_acknowledgement()
        if self._sender.take_acknowledgements():
            answered, self._failures = True, 0
            self._note_acknowledgement()
        if self._sender.take_refusal():
            answered = True
            self._note_acknowledgement()
            self._pause()
        return answered

    def _note_acknowledgement(self) -> None:
        """Note that the broker is there and answers."""
        self._waiting_since_s, self._acknowledged = time.monotonic(), True
        if self._connection_trouble is not None:
            _LOG.info("connected to the broker again; %d shots wait", self._spool.depth)
        self._connection_trouble = None

    def _post(self) -> bool:
        """Post what may go now; return False when there is nothing."""
        was_waiting = self._awaits_acknowledgement
        posted = self._control.post(answers_too=self._acknowledged)
        if self._acknowledged:
            if self._probe_due:
                self._probe_due = False
                self._sender.prepare_end()
            if self._reviews is not None:
                posted |= self._reviews.post()
            posted |= self._sender.post()
        if posted and not was_waiting:
            self._waiting_since_s = time.monotonic()
        return posted

    def _report(self, trouble: str) -> None:
        if trouble != self._connection_trouble:
            _LOG.warning("%s; shots stay in the spool (%d)", trouble, self._spool.depth)
        self._connection_trouble = trouble

    def _pause(self) -> None:
        """Wait longer after each failure, and not in step with other rigs."""
        self._failures = min(self._failures + 1, 16)  # The pause has long been the longest there.
        pause_s = min(_LONGEST_PAUSE_S, 0.25 * 2**self._failures) * random.uniform(0.5, 1)  # noqa: S311 - no secret depends on it
        if self._deadline_s is None:
            self._finishing.wait(pause_s)
        else:
            time.sleep(max(0.0, min(pause_s, 0.5, self._deadline_s - time.monotonic())))
