"""Brings shots from the spool to the broker, several at a time; the only one that sends again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from device.contract.content_type import detect_content_type
from device.contract.message import JSON_TYPE, Message
from device.contract.topics import Topics
from device.delivery.parked_shots import MOST_FAILURES, REFUSED_S, TOO_LARGE_S, ParkedShots
from device.delivery.send_window import InFlight, SendWindow
from device.publishers.publisher import QUOTA_EXCEEDED, MessageTooLargeError, Publisher
from device.shots.spool import Spool, SpooledShot, TornShotError

_LOG = logging.getLogger(__name__)
# A broker that finds a picture too large hangs up while it comes in; a cut later than this has
# another cause.
_CUT_S = 60.0
# Deleting is tried again seldom: a disk that refuses is read-only or broken, and stays so for long.
_TIDY_EVERY_S = 5.0


class ShotSender:
    """Sends shots; for the delivery thread alone.

    Pictures go in the order of the shots, and so do announcements, each after its picture was
    acknowledged. As many shots are in flight as `SendWindow` and the broker's receive maximum
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
        self._parked = ParkedShots(spool)
        self._refusal: str | None = None
        self._tidy_s = 0.0

    @property
    def trouble(self) -> str | None:
        """Why shots stay on disk though the broker is there, for people."""
        return self._refusal or self._parked.trouble or self._spool.trouble

    @property
    def has_in_flight(self) -> bool:
        """Whether the broker owes an acknowledgement."""
        return bool(self._window.in_flight)

    @property
    def has_pictures_in_flight(self) -> bool:
        """Whether a picture is unacknowledged, which takes its time on a slow line."""
        return self._window.has_pictures

    def take_acknowledgements(self) -> bool:
        """Remove from the spool what the broker has; return False when nothing is new."""
        noted, acknowledged = self._window.note_pictures(), self._window.take_acknowledged()
        for sent in acknowledged:
            self._refusal = None
            self._parked.forget(sent.shot_id)
            self._spool.remove(sent.shot_id)
        return noted or bool(acknowledged)

    def post(self) -> bool:
        """Post what may go now; return False when there is nothing."""
        self._tidy()
        self._parked.release_due()
        if self._window.refused is not None:
            return False  # Nothing new until it is known what has become of the others.
        posted = False
        for sent in self._window.in_flight:
            if sent.announced is None:
                if not (sent.picture_noted and self._publisher.room):
                    break  # Those behind it wait, so that announcements come in order.
                sent.announced = self._publisher.post(sent.announcement, self._wake)
                posted = True
        while self._publisher.room:
            shot_id = self._spool.oldest(but=self._window.shot_ids)
            if shot_id is None or not self._window.admits(self._spool.size_of(shot_id)):
                break
            self._post_picture(shot_id)
            posted = True
        return posted

    def take_refusal(self) -> bool:
        """Empty the window when the broker has refused a shot; return False when it has not."""
        refused = self._window.refused
        if refused is None or not self._window.settled:
            return False
        alone = len(self._reset()) == 1
        refusal = f"the broker refused shot {refused.shot_id}: {refused.refusal}"
        if refusal != self._refusal:
            _LOG.warning("%s", refusal)
        self._refusal = refusal
        # A quota concerns all shots, and it passes.
        is_quota = refused.refusal is not None and refused.refusal.code == QUOTA_EXCEEDED
        if alone and not is_quota:
            why = f"the broker refused it: {refused.refusal}"
            if self._parked.count_failure(refused.shot_id, why, REFUSED_S):
                self._refusal = None
        return True

    def on_connection_lost(self) -> None:
        """Empty the window, and count it against a shot that was in flight alone."""
        failed = self._reset()
        if len(failed) == 1 and time.monotonic() - failed[0].posted_s < _CUT_S:
            # Under 3.1.1 a broker cannot say that a picture is too large for it: it hangs up.
            self._parked.count_failure(
                failed[0].shot_id,
                f"the broker hung up {MOST_FAILURES} times over its {failed[0].size_bytes} bytes:"
                " raise the broker's limit",
                TOO_LARGE_S,
            )

    def on_broker_silent(self) -> None:
        """Empty the window; the connection is ended for its silence, which is no shot's fault."""
        self._reset()

    def _reset(self) -> tuple[InFlight, ...]:
        """Empty the window and return what was in it, but for what was acknowledged by now."""
        self.take_acknowledgements()
        return self._window.reset()

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
            self._parked.park(shot_id, str(error))
            return
        self._window.add(InFlight(shot_id, len(shot.picture), posted_s, receipt, announcement))


def shot_messages(shot: SpooledShot, prefix: str) -> tuple[Message, Message]:
    """Return the two messages of a shot: the picture, then its announcement."""
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
