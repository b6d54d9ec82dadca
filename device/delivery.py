"""The thread that brings shots from the spool to the broker, and the only one that sends again."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import deque

from device.first_connection import CONNECT_TIMEOUT_S, connect_or_refuse
from device.message import JSON_TYPE, Message
from device.output import picture_type
from device.publishers.publisher import (
    BrokerRefusedError,
    BrokerUnreachableError,
    MessageTooLargeError,
    Publisher,
)
from device.spool import Spool, SpooledShot, TornShotError
from device.topics import Topics

_LOG = logging.getLogger(__name__)
_SMALL_TIMEOUT_S = 10.0
# A large PNG over a slow uplink: 20 MB at 3 Mbit/s takes 55 s.
_PICTURE_TIMEOUT_S = 120.0
_LONGEST_PAUSE_S = 15.0
_IDLE_S = 0.5
# Two clients of one name throw each other out within moments.
_SHORT_LIFE_S = 5.0
# A broker of MQTT 3.1.1 cannot say that a picture is too large for it: it hangs up, every time.
_MOST_CUTS = 5
# What was held may have become possible meanwhile.
_HELD_S = 3600.0


class Delivery:
    """Connects, reconnects, and publishes everything that must arrive (QoS 1).

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
    ) -> None:
        """Prepare; nothing is sent before `start`.

        Args:
            publisher: the way out; from `start` on, this thread alone connects it.
            spool: where shots wait.
            prefix: first levels of every topic.
            answers: answers to commands, put in by another thread; they go ahead of shots.
            status: what to publish, retained, after every connection.
        """
        self._publisher = publisher
        self._spool = spool
        self._prefix = prefix
        self._answers = answers
        self._status = status
        self._status_due = True
        self._wake = threading.Event()
        self._finishing = threading.Event()
        self._deadline_s: float | None = None  # set when no new work comes: when to give up
        self._failures = 0
        self._cut_short = 0
        self._connected_s: float | None = None
        self._told: str | None = None
        self._held: dict[str, tuple[float, str]] = {}  # since when, and why
        self._cuts: tuple[str | None, int] = (None, 0)
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    @property
    def trouble(self) -> str | None:
        """Why shots stay in the spool, for people; None when they flow."""
        held = next((why for _, why in self._held.copy().values()), None)
        return self._told or held

    def start(self, wait_s: float) -> None:
        """Connect for the first time and start the thread.

        Args:
            wait_s: how long a broker that does not answer is waited for; infinity starts at once
                and lets shots gather in the spool until it does.

        Raises:
            UsageError: the broker did not answer in time, or refused.
        """
        if wait_s != float("inf"):
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
        """Do one thing, or wait for something to do; False when there was nothing."""
        try:
            if not self._publisher.connected:
                self._reconnect()
                return True
            if self._work():
                return True
        except Exception:  # noqa: BLE001 - shots must go on flowing; the one in hand is on disk
            _LOG.exception("delivery stumbled and tries again")
            self._pause()
            return True
        self._failures = 0
        if self._deadline_s is None:
            self._wake.wait(_IDLE_S)
            self._wake.clear()
        return False

    def _given_up(self) -> bool:
        return self._deadline_s is not None and time.monotonic() > self._deadline_s

    def _reconnect(self) -> None:
        self._status_due = True
        if self._connected_s is not None:
            self._mourn(time.monotonic() - self._connected_s)
            self._connected_s = None
        try:
            self._publisher.connect(CONNECT_TIMEOUT_S)
        except (BrokerRefusedError, BrokerUnreachableError) as error:
            self._tell(str(error))
            self._pause()
            return
        if self._told is not None:
            _LOG.info("connected to the broker again; %d shots wait", self._spool.depth)
        self._told = None
        self._connected_s = time.monotonic()

    def _mourn(self, lived_s: float) -> None:
        """Tell of a lost connection, and do not rush back to a broker that keeps cutting it."""
        self._cut_short = self._cut_short + 1 if lived_s < _SHORT_LIFE_S else 0
        self._failures = max(self._failures, self._cut_short)
        hint = (
            ": does a second daemon run under the same --rig name?" if self._cut_short > 2 else ""
        )
        if self._told is None:
            reason = self._publisher.lost_reason
            self._tell(f"the connection to the broker was lost ({reason}){hint}")
        self._pause()

    def _work(self) -> bool:
        """Do one piece of work; False when there is none."""
        if self._status_due:
            self._status_due = False
            if not self._send(self._status, _SMALL_TIMEOUT_S):
                self._status_due = True
            return True
        if self._answers:
            if self._send(self._answers[0], _SMALL_TIMEOUT_S):
                self._answers.popleft()
            return True
        self._try_held_again()
        shot_id = self._spool.oldest()
        if shot_id is None:
            return False
        self._deliver(shot_id)
        return True

    def _deliver(self, shot_id: str) -> None:
        try:
            shot = self._spool.load(shot_id)
        except TornShotError as error:
            self._spool.quarantine(shot_id, str(error))
            return
        picture, announcement = shot_messages(shot, self._prefix)
        start_s = time.monotonic()
        try:
            delivered = self._send(picture, _PICTURE_TIMEOUT_S) and self._send(
                announcement, _SMALL_TIMEOUT_S
            )
        except MessageTooLargeError as error:
            self._hold(shot_id, str(error))
            return
        if delivered:
            self._failures = 0
            self._spool.remove(shot_id)
            self._held.pop(shot_id, None)
        elif time.monotonic() - start_s < _PICTURE_TIMEOUT_S / 2:
            self._count_cut(shot_id, len(shot.png))

    def _count_cut(self, shot_id: str, size_bytes: int) -> None:
        """Notice a picture over which the broker hangs up again and again."""
        last, times = self._cuts
        self._cuts = (shot_id, times + 1 if last == shot_id else 1)
        if self._cuts[1] >= _MOST_CUTS and not self._publisher.connected:
            self._hold(
                shot_id,
                f"the broker hung up {_MOST_CUTS} times over its {size_bytes} bytes: raise the"
                " broker's limit",
            )

    def _hold(self, shot_id: str, why: str) -> None:
        told = f"shot {shot_id} is kept and not sent: {why}"
        if shot_id not in self._held:
            _LOG.error("%s", told)
        self._held[shot_id] = (time.monotonic(), told)
        self._spool.hold(shot_id)

    def _try_held_again(self) -> None:
        for shot_id, (since_s, why) in list(self._held.items()):
            if time.monotonic() - since_s > _HELD_S:
                self._held[shot_id] = (float("inf"), why)
                self._spool.unhold(shot_id)

    def _send(self, message: Message, timeout_s: float) -> bool:
        if self._deadline_s is not None:
            timeout_s = min(timeout_s, max(0.1, self._deadline_s - time.monotonic()))
        arrived = self._publisher.publish(message, timeout_s)
        if not arrived:
            self._tell(f"the broker did not acknowledge {message.topic}")
            self._pause()
        return arrived

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


def shot_messages(shot: SpooledShot, prefix: str) -> tuple[Message, Message]:
    """The two messages of a shot: the picture, then its announcement."""
    topics = Topics(prefix, shot.rig)
    properties = {"sha256": shot.sha256}
    return (
        Message(
            topics.cutout(shot.id),
            shot.png,
            1,
            content_type=picture_type(shot.png),
            properties=properties,
        ),
        Message(
            topics.shot(shot.id),
            shot.announcement,
            1,
            content_type=JSON_TYPE,
            properties=properties,
        ),
    )
