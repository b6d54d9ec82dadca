"""The thread that talks to the broker: connects, and sends what must arrive."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from device.contract.message import Message
from device.delivery.first_connection import CONNECT_TIMEOUT_S, connect_or_refuse
from device.delivery.session_takeover import TakeoverDetector
from device.delivery.shot_sender import ShotSender
from device.publishers.publisher import (
    BrokerRefusedError,
    BrokerUnreachableError,
    Publisher,
    Receipt,
)
from device.shots.spool import Spool

_LOG = logging.getLogger(__name__)
# How long a broker may be silent that owes an answer.
_SMALL_TIMEOUT_S = 10.0
# A large PNG over a slow uplink: 20 MB at 3 Mbit/s takes 55 s.
_PICTURE_TIMEOUT_S = 120.0
_LONGEST_PAUSE_S = 15.0
_IDLE_S = 0.5
# Two clients of one name throw each other out within moments.
_SHORT_LIFE_S = 5.0


@dataclass(slots=True)
class _Small:
    """A status or an answer on its way; one at a time."""

    topic: str
    receipt: Receipt
    done: Callable[[], object]


class Delivery:
    """Connects, reconnects, and posts everything that must arrive (QoS 1).

    Order: status, answers to commands, then shots, oldest first; of each shot first the picture,
    then its announcement, so that who reads the announcement has the picture.
    """

    def __init__(
        self,
        publisher: Publisher,
        spool: Spool,
        prefix: str,
        answers: deque[Message],
        status: Message,
        on_answer_sent: Callable[[Message], object] | None = None,
    ) -> None:
        """Prepare; nothing is sent before `start`.

        Args:
            publisher: the way out; from `start` on, this thread alone connects it.
            spool: where shots wait.
            prefix: first levels of every topic.
            answers: answers to commands, put in by another thread; they go ahead of shots.
            status: what to publish, retained, after every connection.
            on_answer_sent: called on this thread with each answer that the broker has.
        """
        self._publisher = publisher
        self._spool = spool
        self._answers = answers
        self._on_answer_sent = on_answer_sent
        self._status = status
        self._status_due = True
        self._wake = threading.Event()
        self._finishing = threading.Event()
        self._deadline_s: float | None = None  # set when no new work comes: when to give up
        self._courier = ShotSender(publisher, spool, prefix, self._wake.set)
        self._small: _Small | None = None
        self._greeted = False  # The broker has answered on this connection.
        self._heard_s = 0.0  # When it answered last, or was first owed an answer.
        self._failures = 0
        self._cut_short = 0
        self._often_cut = TakeoverDetector()
        self._connected_s: float | None = None
        self._told: str | None = None
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    @property
    def trouble(self) -> str | None:
        """Why shots stay in the spool, for people; None when they flow."""
        return self._told or self._courier.trouble

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
        if status != self._status:
            self._status, self._status_due = status, True
            self._wake.set()

    def wake(self) -> None:
        """There is a new shot in the spool, or a new answer."""
        self._wake.set()

    def finish(self, drain_s: float, farewell: Message) -> int:
        """Deliver what waits, say goodbye, end the thread.

        Args:
            drain_s: the longest that may take.
            farewell: the last status.

        Returns:
            How many shots stay in the spool.
        """
        self._deadline_s = time.monotonic() + drain_s
        self._finishing.set()
        self._wake.set()
        self._thread.join(timeout=drain_s + CONNECT_TIMEOUT_S)
        # If it is not acknowledged, the connection is cut and the broker publishes the will.
        self._publisher.publish(farewell, 2.0)
        self._publisher.close()
        return self._spool.depth

    def _run(self) -> None:
        while not self._given_up():
            # Asked before looking: a shot may come between the look and the answer.
            no_more_comes = self._deadline_s is not None
            if not self._step() and no_more_comes:
                return

    def _step(self) -> bool:
        """Do something, or wait for something to do; False when there was nothing."""
        self._wake.clear()  # Before looking: what comes meanwhile ends the wait below.
        try:
            if not self._publisher.connected:
                self._reconnect()
                return True
            if self._take_answers() | self._post():
                return True
        except Exception:  # noqa: BLE001 - shots must go on flowing; those in hand are on disk
            _LOG.exception("delivery stumbled and tries again")
            self._pause()
            return True
        if self._owed:
            self._wait_for_answers()
            return True
        self._failures = 0
        if self._deadline_s is None:
            self._wake.wait(_IDLE_S)
        return False

    def _given_up(self) -> bool:
        return self._deadline_s is not None and time.monotonic() > self._deadline_s

    @property
    def _owed(self) -> bool:
        """Whether the broker owes an answer."""
        return self._small is not None or self._courier.flying

    def _wait_for_answers(self) -> None:
        patience_s = _PICTURE_TIMEOUT_S if self._courier.pictures_fly else _SMALL_TIMEOUT_S
        left_s = self._heard_s + patience_s - time.monotonic()
        if left_s > 0:
            self._wake.wait(min(left_s, _IDLE_S))
            return
        self._courier.give_up()
        self._publisher.abandon()
        self._tell(f"the broker has acknowledged nothing for {patience_s:g} s")

    def _reconnect(self) -> None:
        if self._connected_s is not None:
            self._mourn(time.monotonic() - self._connected_s)
        self._connected_s = None
        self._status_due, self._greeted = True, False
        try:
            self._publisher.connect(CONNECT_TIMEOUT_S)
        except (BrokerRefusedError, BrokerUnreachableError) as error:
            self._often_cut.forget()
            self._tell(str(error))
            self._pause()
            return
        self._connected_s = time.monotonic()

    def _mourn(self, lived_s: float) -> None:
        """Take leave of a connection, and do not rush back to a broker that keeps cutting it."""
        self._courier.lose()
        self._small = None
        self._cut_short = self._cut_short + 1 if lived_s < _SHORT_LIFE_S else 0
        self._failures = max(self._failures, self._cut_short)
        often = self._often_cut.again()
        hint = ": does a second daemon run under the same --rig name?" if often else ""
        if self._told is None:
            reason = self._publisher.lost_reason
            self._tell(f"the connection to the broker was lost ({reason}){hint}")
        self._pause()

    def _take_answers(self) -> bool:
        """Take in what the broker has answered; False when there was nothing."""
        moved = False
        small = self._small
        if small is not None and small.receipt.settled:
            self._small, moved = None, True
            if small.receipt.refusal is not None:
                _LOG.warning("the broker refused %s: %s", small.topic, small.receipt.refusal)
            if small.receipt.arrived or small.receipt.refusal is not None:
                self._hear()
                small.done()
        if self._courier.land():
            moved, self._failures = True, 0
            self._hear()
        if self._courier.take_refusal():
            moved = True
            self._hear()
            self._pause()
        return moved

    def _hear(self) -> None:
        """The broker has answered."""
        self._heard_s, self._greeted = time.monotonic(), True
        if self._told is not None:
            _LOG.info("connected to the broker again; %d shots wait", self._spool.depth)
        self._told = None

    def _post(self) -> bool:
        """Post what may go now; False when there is nothing."""
        owed = self._owed
        moved = self._post_small()
        if self._greeted:
            moved |= self._courier.post()
        if moved and not owed:
            self._heard_s = time.monotonic()
        return moved

    def _post_small(self) -> bool:
        if self._small is not None or not self._publisher.room:
            return False
        done: Callable[[], object] = _nothing
        if self._status_due:
            self._status_due = False
            message = self._status
        elif self._answers and self._greeted:
            message, done = self._answers[0], self._drop_answer
        else:
            return False
        self._small = _Small(message.topic, self._publisher.post(message, self._wake.set), done)
        return True

    def _drop_answer(self) -> None:
        answer = self._answers.popleft()
        if self._on_answer_sent is not None:
            self._on_answer_sent(answer)

    def _tell(self, trouble: str) -> None:
        if trouble != self._told:
            _LOG.warning("%s; shots stay in the spool (%d)", trouble, self._spool.depth)
        self._told = trouble

    def _pause(self) -> None:
        """Wait longer after each failure, and not in step with other rigs."""
        self._failures = min(self._failures + 1, 16)
        pause_s = min(_LONGEST_PAUSE_S, 0.25 * 2**self._failures) * random.uniform(0.5, 1)  # noqa: S311 - no secret depends on it
        if self._deadline_s is None:
            self._finishing.wait(pause_s)
        else:
            time.sleep(max(0.0, min(pause_s, 0.5, self._deadline_s - time.monotonic())))


def _nothing() -> None:
    """A status that arrived needs nothing more."""
