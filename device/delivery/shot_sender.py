"""Brings shots from the spool to the broker, several at a time; the only one that sends again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from device.delivery.parked_shots import MOST_FAILURES, TOO_LARGE_S, ParkedShots
from device.delivery.read_pauses import ReadPauses
from device.delivery.resends import Resends
from device.delivery.send_window import InFlight, SendWindow
from device.delivery.shot_messages import UnsendableShotError, build_messages, check_size
from device.delivery.unclaimed_shots import UnclaimedShots
from device.publishers.publisher import (
    BROKER_FAULTS,
    PACKET_TOO_LARGE,
    QUOTA_EXCEEDED,
    MessageTooLargeError,
    Publisher,
)
from device.shots.spool import Spool
from device.shots.spooled_shot import SpooledShot, TornShotError, UnreadableShotError

_LOG = logging.getLogger(__name__)
# A broker that finds a picture too large hangs up while it comes in; a cut later than this has
# another cause.
_CUT_S = 60.0
# Deleting is tried again seldom: a disk that refuses is read-only or broken, and stays so for long.
_TIDY_EVERY_S = 5.0
# How brokers of MQTT 5 name the reason codes 0x95 and 0x8E when they hang up.
_TOO_LARGE = "Packet too large"
_TAKEN_OVER = "Session taken over"


class ShotSender:
    """Sends shots; for the delivery thread alone.

    Pictures go in the order of the shots, and so do announcements, each after its picture was
    acknowledged. As many shots are in flight as `SendWindow` and the broker's receive maximum
    allow. Whatever goes wrong over one shot parks that one.
    """

    def __init__(
        self,
        publisher: Publisher,
        spool: Spool,
        prefix: str,
        wake: Callable[[], None],
        unclaimed: UnclaimedShots | None,
        resends: Resends | None = None,
    ) -> None:
        """Prepare.

        Args:
            publisher: the way out.
            spool: where shots wait.
            prefix: first levels of every topic.
            wake: called on another thread when the broker has answered.
            unclaimed: holds what nobody has subscribed to; None where that is delivered.
            resends: what is sent again when no new shot waits; None where nothing ever is.
        """
        self._publisher = publisher
        self._spool = spool
        self._prefix = prefix
        self._wake = wake
        self._window = SendWindow()
        self._parked = ParkedShots(spool)
        self._reads = ReadPauses()
        self._unclaimed = unclaimed
        self._resends = resends
        self._refusal: str | None = None
        self._tidy_s = 0.0
        self._largest_arrived_bytes = 0

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why shots stay on disk though the broker is there, one sentence each, for people."""
        unclaimed = None if self._unclaimed is None else self._unclaimed.trouble
        resends = None if self._resends is None else self._resends.trouble
        found = (self._refusal, self._parked.trouble, self._reads.trouble, unclaimed, resends)
        return (*(trouble for trouble in found if trouble), *self._spool.troubles)

    @property
    def has_in_flight(self) -> bool:
        """Whether the broker owes an acknowledgement."""
        return bool(self._window.in_flight)

    @property
    def is_pausing(self) -> bool:
        """Whether a shot could not be read and is tried again in a moment."""
        return self._reads.is_pausing

    @property
    def picture_bytes_in_flight(self) -> int:
        """Bytes of pictures that are unacknowledged, which take their time on a slow line."""
        return self._window.picture_bytes

    def take_acknowledgements(self) -> bool:
        """Remove from the spool what the broker has; return False when nothing is new."""
        unclaimed = self._take_unclaimed()
        noted = self._window.note_pictures()
        if self._unclaimed is not None:
            for shot_id in noted:
                self._unclaimed.note_claimed(shot_id)
        acknowledged = self._window.take_acknowledged()
        for sent in acknowledged:
            self._refusal = None
            self._parked.note_arrival(sent.shot_id)
            self._largest_arrived_bytes = max(self._largest_arrived_bytes, sent.size_bytes)
            if sent.is_resent:
                self._note_resent(sent.shot_id)
                continue
            if self._unclaimed is not None:
                self._unclaimed.forget(sent.shot_id)
            self._spool.remove(sent.shot_id)
        return unclaimed or bool(noted) or bool(acknowledged)

    def _take_unclaimed(self) -> bool:
        """Hold the shots that the broker gave to nobody; return False when there is none."""
        if self._unclaimed is None:
            return False
        unclaimed = self._window.take_unclaimed()
        for sent in unclaimed:
            self._refusal = None
            self._parked.note_arrival(sent.shot_id)
            if not sent.is_resent:
                self._unclaimed.put_aside(sent.shot_id)
            elif self._resends is not None:
                self._resends.note_unclaimed()
        return bool(unclaimed)

    def _note_resent(self, shot_id: str) -> None:
        if self._resends is not None:
            self._resends.note_sent(shot_id)

    def post(self) -> bool:
        """Post what may go now; return False when there is nothing."""
        self._tidy()
        self._parked.release_due()
        if self._unclaimed is not None:
            self._unclaimed.release_due()
        if self._window.refused is not None:
            return False  # Nothing new until it is known what has become of the others.
        posted = self._post_announcements()
        while self._publisher.room and not self._reads.is_pausing:
            shot_id = self._spool.oldest(but=self._window.shot_ids)
            if shot_id is None:
                if not self._post_resent():
                    break
            elif self._window.admits(self._spool.size_of(shot_id)):
                self._post_picture(shot_id)
            else:
                break
            posted = True
        return posted

    def prepare_end(self) -> None:
        """Find out at once whether somebody has subscribed by now, and send nothing again."""
        if self._unclaimed is not None:
            self._unclaimed.probe_now()
        if self._resends is not None:
            self._resends.stop()

    def take_refusal(self) -> bool:
        """Empty the window when the broker has refused a shot; return False when it has not."""
        refused = self._window.refused
        if refused is None or not self._window.settled:
            return False
        is_alone = len(self._reset()) == 1
        refusal = f"the broker refused shot {refused.shot_id}: {refused.refusal}"
        if refusal != self._refusal:
            _LOG.warning("%s", refusal)
        self._refusal = refusal
        code = None if refused.refusal is None else refused.refusal.code
        why = f"the broker refused it: {refused.refusal}"
        # A quota concerns all shots, and it passes.
        counts = is_alone and code != QUOTA_EXCEEDED
        if code == PACKET_TOO_LARGE:
            self._park_too_large(refused, why)
        elif counts and self._parked.count_failure(refused.shot_id):
            self._park(refused.shot_id, why, is_suspect=code in BROKER_FAULTS)
        return True

    def on_connection_lost(self, reason: str | None, *, is_explained: bool = False) -> None:
        """Empty the window, and count it against a shot that was in flight alone.

        Args:
            reason: why the connection ended, if that is known.
            is_explained: whether the cause is none of the shots.
        """
        if self.take_refusal():
            return  # Some brokers refuse a message and hang up over it.
        failed = self._reset()
        if is_explained or not failed:
            # It ended for a cause of its own, and the next one may be to a broker with new rules.
            self._parked.release_all()
        elif len(failed) == 1 and reason != _TAKEN_OVER:
            sent = failed[0]
            if time.monotonic() - sent.posted_s >= _CUT_S:
                return
            if reason == _TOO_LARGE:
                self._park_too_large(sent, f"the broker hung up: {reason}")
            elif self._parked.count_failure(sent.shot_id):
                # Under 3.1.1 a broker cannot say what is wrong with a message: it hangs up.
                self._park(sent.shot_id, self._explain_cuts(sent), is_suspect=True)

    def _explain_cuts(self, sent: InFlight) -> str:
        why = f"the broker hung up {MOST_FAILURES} times over its {sent.size_bytes} bytes"
        is_largest = sent.size_bytes > self._largest_arrived_bytes > 0
        if is_largest and self._parked.is_at_fault(sent.shot_id):
            return f"{why} and took smaller ones: where it limits the size of a message, raise that"
        return f"{why}: see the broker's log"

    def on_broker_away(self) -> None:
        """Take note that nobody answers at the broker's address, which explains earlier cuts."""
        self._parked.forget_failures()

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

    def _post_announcements(self) -> bool:
        posted = False
        for sent in self._window.in_flight:
            if sent.announced is None:
                if not (sent.picture_noted and self._publisher.room):
                    break  # Those behind it wait, so that announcements come in order.
                try:
                    sent.announced = self._publisher.post(sent.announcement, self._wake)
                except Exception as error:  # noqa: BLE001 - it concerns this shot alone
                    self._window.remove(sent)
                    self._park_for(sent.shot_id, error)
                posted = True
        return posted

    def _post_resent(self) -> bool:
        """Post a shot of the archive; return False when none is to go now."""
        if self._resends is None or not self._window.admits(0):
            return False
        shot = self._resends.next_shot(but=self._window.shot_ids)
        if shot is None:
            return False
        try:
            self._send(shot, is_resent=True)
        except Exception as error:  # noqa: BLE001 - it concerns this shot alone
            self._park_for(shot.id, error)
        return True

    def _send(self, shot: SpooledShot, *, is_resent: bool) -> None:
        picture, announcement = build_messages(shot, self._prefix)
        posted_s = time.monotonic()
        receipt = self._publisher.post(picture, self._wake)
        sent = InFlight(shot.id, len(shot.picture), posted_s, receipt, announcement)
        sent.is_resent = is_resent
        self._window.add(sent)

    def _post_picture(self, shot_id: str) -> None:
        try:
            check_size(self._spool.size_of(shot_id))
            self._send(self._spool.load(shot_id), is_resent=False)
        except TornShotError as error:
            self._leave(shot_id)
            self._spool.quarantine(shot_id, str(error))
        except UnreadableShotError as error:
            if shot_id in self._parked or self._reads.count_failure(shot_id, str(error)):
                self._park(shot_id, str(error), is_suspect=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this shot alone
            self._park_for(shot_id, error)
        else:
            self._reads.forget(shot_id)

    def _park_for(self, shot_id: str, error: Exception) -> None:
        if isinstance(error, (UnsendableShotError, MessageTooLargeError)):
            self._park(shot_id, str(error), TOO_LARGE_S)
            return
        _LOG.debug("shot %s could not be posted", shot_id, exc_info=error)
        self._park(shot_id, f"{type(error).__name__}: {error}")

    def _park_too_large(self, sent: InFlight, why: str) -> None:
        why = f"{why}; it has {sent.size_bytes} bytes: raise the broker's limit"
        self._park(sent.shot_id, why, TOO_LARGE_S)

    def _park(
        self,
        shot_id: str,
        why: str,
        retry_after_s: float | None = None,
        *,
        is_suspect: bool = False,
    ) -> None:
        self._leave(shot_id)
        self._refusal = None
        if self._resends is not None and shot_id in self._resends and shot_id not in self._spool:
            self._resends.give_up(shot_id, why)
            return
        self._parked.park(shot_id, why, retry_after_s, is_suspect=is_suspect)

    def _leave(self, shot_id: str) -> None:
        """Let nobody else keep a shot that is parked or put aside."""
        self._reads.forget(shot_id)
        if self._unclaimed is not None:
            self._unclaimed.forget(shot_id)
