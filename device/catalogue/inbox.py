"""Receives shots and saves them into a catalogue folder."""

from __future__ import annotations

import itertools
import sys
import threading
import time

from device.catalogue.folder import Catalogue, Held, Refused, Saved
from device.catalogue.reviewed import ReviewedCatalogue
from device.contract.message import Message
from device.contract.text import strip_unprintable
from device.delivery.session_takeover import TakeoverDetector
from device.errors import WorkError
from device.publishers.mqtt import MqttPublisher
from device.publishers.publisher import BrokerRefusedError, BrokerUnreachableError

# Often enough for a person who restarts a broker, and no load on one that is away.
_RECONNECT_S = 1.0
_LONGEST_LINE = 500
_TAKEN_OVER = (
    "the broker cuts the connection again and again: if another subscriber runs with the same"
    " --client-id, give each its own"
)


class Inbox:
    """Saves messages on the network thread, and wakes the main thread.

    Attributes:
        saved: how many cutouts were saved.
        changed: set after each message.
    """

    def __init__(self, catalogue: Catalogue | ReviewedCatalogue) -> None:
        self.saved = 0
        self.changed = threading.Event()
        self._catalogue = catalogue

    def take_up(self) -> None:
        """Complete what an earlier run had received and not yet put in place."""
        for outcome in self._catalogue.take_up():
            self._report(outcome)

    def receive(self, message: Message) -> None:
        """Save a message; it is acknowledged to the broker only when this returns."""
        self._report(self._catalogue.take(message))
        self.changed.set()

    def _report(self, outcome: Saved | Held | Refused | None) -> None:
        if isinstance(outcome, Refused):
            print(f"selvedge: not saved: {outcome.reason}", file=sys.stderr, flush=True)
        elif isinstance(outcome, Held):
            line = f"held {outcome.shot_id}, {outcome.why}"
            print(strip_unprintable(line, _LONGEST_LINE), flush=True)
        elif isinstance(outcome, Saved):
            self.saved += 1
            print(_format_line(outcome), flush=True)


def follow(
    connection: MqttPublisher, inbox: Inbox, shots: int | None, seconds: float | None
) -> None:
    """Wait until as many shots have come as were asked for, or the time is up.

    Args:
        connection: delivers messages to ``inbox``.
        inbox: saves them.
        shots: end after so many; None never ends by number.
        seconds: end after so long; None never ends by time.

    Raises:
        WorkError: a cutout could not be saved, or too few came within ``seconds``.
    """
    deadline_s = float("inf") if seconds is None else time.monotonic() + seconds
    reported: str | None = None
    takeovers = TakeoverDetector()
    while shots is None or inbox.saved < shots:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            if shots is not None:
                raise WorkError(f"{inbox.saved} of {shots} cutouts came within {seconds:g} s")
            return
        if connection.failure is not None:
            raise WorkError(f"a cutout was not saved and stays at the broker: {connection.failure}")
        if connection.connected:
            inbox.changed.wait(min(left_s, 0.2))
            inbox.changed.clear()
            continue
        if takeovers.note_cut() and reported != _TAKEN_OVER:
            reported = _TAKEN_OVER
            print(f"selvedge: {reported}", file=sys.stderr, flush=True)
        try:
            connection.connect(5.0)
            reported = reported if reported == _TAKEN_OVER else None
        except (BrokerRefusedError, BrokerUnreachableError) as error:
            if str(error) != reported:
                print(f"selvedge: {error}; trying again", file=sys.stderr, flush=True)
            reported = str(error)
            takeovers.reset()
            time.sleep(min(left_s, _RECONNECT_S))


def _format_line(saved: Saved) -> str:
    announcement = saved.announcement
    verdict = announcement.get("verdict")
    verdict = verdict if isinstance(verdict, dict) else {}
    state = verdict.get("state")
    frame = f"{announcement.get('width_px')}x{announcement.get('height_px')} px"
    line = f"saved {saved.path.name} {saved.size_bytes} bytes {state}, of a frame of {frame}"
    if state == "retake":
        line += f"; TAKE IT AGAIN: {_explain(verdict)}"
    return strip_unprintable(line, _LONGEST_LINE)


def _explain(verdict: dict[str, object]) -> str:
    """Return the reasons of a verdict, each with what to do, as far as the rig says that."""
    reasons, advice = (verdict.get(key) for key in ("reasons", "advice"))
    reasons = reasons if isinstance(reasons, list) else []
    advice = advice if isinstance(advice, list) else []
    pairs = itertools.zip_longest(map(str, reasons), map(str, advice[: len(reasons)]))
    return "; ".join(": ".join(filter(None, pair)) for pair in pairs)
