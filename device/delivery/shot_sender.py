"""Brings shots from the spool to the broker, several at a time; the only one that sends again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from device.contract.content_type import detect_content_type
from device.contract.message import JSON_TYPE, Message
from device.contract.topics import Topics
from device.delivery.held_shots import MOST_FAILURES, REFUSED_S, TOO_LARGE_S, ParkedShots
from device.delivery.send_window import InFlight, SendWindow
from device.publishers.publisher import QUOTA_EXCEEDED, MessageTooLargeError, Publisher
from device.shots.spool import Spool, SpooledShot, TornShotError

_LOG = logging.getLogger(__name__)
# Who is cut off later than this was not cut off over the picture.
_CUT_S = 60.0
_TIDY_EVERY_S = 5.0


class ShotSender:
    """Belongs to the delivery thread.

    Pictures go in the order of the shots, and so do announcements, each after its picture was
    acknowledged. As many shots fly at a time as `SendWindow` and the broker's receive maximum
    allow.
    """

    def __init__(
        self, publisher: Publisher, spool: Spool, prefix: str, wake: Callable[[], None]
    ) -> None:
        """Prepare.

        Args:
            publisher: the way out.
            spool: where shots wait.
            prefix: first levels of every topic.
            wake: called on another thread when the broker has answered.
        """
        self._publisher = publisher
        self._spool = spool
        self._prefix = prefix
        self._wake = wake
        self._window = SendWindow()
        self._held = ParkedShots(spool)
        self._refusal: str | None = None
        self._tidy_s = 0.0

    @property
    def trouble(self) -> str | None:
        """Why shots stay on disk though the broker is there, for people."""
        return self._refusal or self._held.trouble or self._spool.trouble

    @property
    def flying(self) -> bool:
        """Whether a shot is on its way."""
        return bool(self._window.flights)

    @property
    def pictures_fly(self) -> bool:
        """Whether a picture is on its way, which takes its time on a slow line."""
        return self._window.pictures_fly

    def land(self) -> bool:
        """Take in what has arrived; False when nothing has."""
        seen, landed = self._window.look(), self._window.land()
        for flight in landed:
            self._refusal = None
            self._held.delivered(flight.shot_id)
            self._spool.remove(flight.shot_id)
        return seen or bool(landed)

    def post(self) -> bool:
        """Post what may go now; False when there is nothing."""
        self._tidy()
        self._held.try_again()
        if self._window.refused is not None:
            return False  # Nothing new until it is known what has become of the others.
        moved = False
        for flight in self._window.flights:
            if flight.announced is None:
                if not (flight.seen and self._publisher.room):
                    break  # Those behind it wait, so that announcements come in order.
                flight.announced = self._publisher.post(flight.announcement, self._wake)
                moved = True
        while self._publisher.room:
            shot_id = self._spool.oldest(but=self._window.shot_ids)
            if shot_id is None or not self._window.admits(self._spool.size_of(shot_id)):
                break
            self._post_picture(shot_id)
            moved = True
        return moved

    def take_refusal(self) -> bool:
        """Give up what flew when the broker has refused a shot; False when it has not."""
        refused = self._window.refused
        if refused is None or not self._window.settled:
            return False
        alone = len(self._fail()) == 1
        refusal = f"the broker refused shot {refused.shot_id}: {refused.refusal}"
        if refusal != self._refusal:
            _LOG.warning("%s", refusal)
        self._refusal = refusal
        # A quota is about all of them, and it passes.
        is_quota = refused.refusal is not None and refused.refusal.code == QUOTA_EXCEEDED
        if alone and not is_quota:
            why = f"the broker refused it: {refused.refusal}"
            if self._held.blame(refused.shot_id, why, REFUSED_S):
                self._refusal = None
        return True

    def lose(self) -> None:
        """The connection has ended, perhaps over what flew."""
        failed = self._fail()
        if len(failed) == 1 and time.monotonic() - failed[0].posted_s < _CUT_S:
            # Under 3.1.1 a broker cannot say that a picture is too large for it: it hangs up.
            self._held.blame(
                failed[0].shot_id,
                f"the broker hung up {MOST_FAILURES} times over its {failed[0].size_bytes} bytes:"
                " raise the broker's limit",
                TOO_LARGE_S,
            )

    def give_up(self) -> None:
        """The connection is ended for its silence, which is no fault of what flew."""
        self._fail()

    def _fail(self) -> tuple[InFlight, ...]:
        """Give up what flies, but for what has arrived since the last look."""
        self.land()
        return self._window.fail()

    def _tidy(self) -> None:
        if time.monotonic() >= self._tidy_s:
            self._tidy_s = time.monotonic() + _TIDY_EVERY_S
            self._spool.tidy()

    def _post_picture(self, shot_id: str) -> None:
        try:
            shot = self._spool.load(shot_id)
        except TornShotError as error:
            self._spool.quarantine(shot_id, str(error))
            return
        picture, announcement = shot_messages(shot, self._prefix)
        posted_s = time.monotonic()
        try:
            receipt = self._publisher.post(picture, self._wake)
        except MessageTooLargeError as error:
            self._held.hold(shot_id, str(error))
            return
        self._window.add(InFlight(shot_id, len(shot.picture), posted_s, receipt, announcement))


def shot_messages(shot: SpooledShot, prefix: str) -> tuple[Message, Message]:
    """The two messages of a shot: the picture, then its announcement."""
    topics = Topics(prefix, shot.rig)
    properties = {"sha256": shot.sha256}
    return (
        Message(
            topics.cutout(shot.id),
            shot.picture,
            1,
            content_type=detect_content_type(shot.picture),
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
