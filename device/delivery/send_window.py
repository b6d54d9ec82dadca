"""The shots in flight: sent to the broker and not yet acknowledged."""

from __future__ import annotations

from dataclasses import dataclass

from device.contract.message import Message
from device.publishers.publisher import Receipt, Refusal

# Enough to keep a line busy whose answers take a tenth of a second, and little to send again.
MOST_SHOTS = 16
# Of pictures in memory, the one that reaches the bound included: large ones go one at a time.
MOST_BYTES = 4_000_000


@dataclass(slots=True)
class InFlight:
    """A shot whose picture was posted.

    Attributes:
        shot_id: of the shot.
        size_bytes: of its picture.
        posted_s: when, on the monotonic clock.
        picture: receipt of the picture.
        announcement: to be posted when the picture is acknowledged.
        announced: receipt of the announcement, once it is posted.
        is_resent: whether it lies in the archive and not in the spool.
        picture_noted: whether `SendWindow.note_pictures` has counted the picture as acknowledged.
    """

    shot_id: str
    size_bytes: int
    posted_s: float
    picture: Receipt
    announcement: Message
    announced: Receipt | None = None
    picture_noted: bool = False
    is_resent: bool = False

    @property
    def acknowledged(self) -> bool:
        """Whether the broker has both messages."""
        return self.announced is not None and self.announced.arrived and self.picture.arrived

    @property
    def refusal(self) -> Refusal | None:
        """Why the broker refused one of the messages; None while it did not."""
        return self.picture.refusal or (self.announced.refusal if self.announced else None)

    @property
    def settled(self) -> bool:
        """Whether no more answers will come for what was posted."""
        return self.picture.settled and (self.announced is None or self.announced.settled)


class SendWindow:
    """Bounds how many shots are in flight, and keeps them in order.

    It begins with one shot and doubles with each acknowledgement, like TCP's slow start. After a
    failure every shot that was in flight goes alone first: so the one that the broker fails over
    is found, and the order is kept.
    """

    def __init__(self) -> None:
        self._in_flight: list[InFlight] = []
        self._most_shots = 1
        self._alone = 0  # How many shots still go alone before the window grows again.

    @property
    def in_flight(self) -> tuple[InFlight, ...]:
        """All of them, oldest first."""
        return tuple(self._in_flight)

    @property
    def shot_ids(self) -> frozenset[str]:
        """Which shots are in flight."""
        return frozenset(sent.shot_id for sent in self._in_flight)

    @property
    def picture_bytes(self) -> int:
        """Bytes of the pictures that are unacknowledged, which take their time on a slow line."""
        return sum(sent.size_bytes for sent in self._in_flight if not sent.picture_noted)

    @property
    def refused(self) -> InFlight | None:
        """The oldest that the broker has refused."""
        return next((sent for sent in self._in_flight if sent.refusal is not None), None)

    @property
    def settled(self) -> bool:
        """Whether no more answers will come for any of them."""
        return all(sent.settled for sent in self._in_flight)

    def admits(self, size_bytes: int) -> bool:
        """Return whether one more shot may be sent, of so many bytes."""
        if not self._in_flight:
            return True
        window_bytes = sum(sent.size_bytes for sent in self._in_flight)
        return len(self._in_flight) < self._most_shots and window_bytes + size_bytes <= MOST_BYTES

    def add(self, sent: InFlight) -> None:
        """Put a shot whose picture was posted behind the others."""
        self._in_flight.append(sent)

    def remove(self, sent: InFlight) -> None:
        """Take out a shot that is not to be waited for any more."""
        self._in_flight.remove(sent)

    def note_pictures(self) -> tuple[str, ...]:
        """Note which pictures are acknowledged; return the shots of those since the last call."""
        new = [sent for sent in self._in_flight if sent.picture.arrived and not sent.picture_noted]
        for sent in new:
            sent.picture_noted = True
        return tuple(sent.shot_id for sent in new)

    def take_unclaimed(self) -> list[InFlight]:
        """Remove and return the shots whose pictures the broker gave to nobody."""
        unclaimed = [
            sent
            for sent in self._in_flight
            if sent.picture.arrived and sent.picture.unclaimed and not sent.picture_noted
        ]
        for sent in unclaimed:
            self._in_flight.remove(sent)
        return unclaimed

    def take_acknowledged(self) -> list[InFlight]:
        """Remove and return the shots that the broker has."""
        acknowledged = [sent for sent in self._in_flight if sent.acknowledged]
        for sent in acknowledged:
            self._in_flight.remove(sent)
            if self._alone > 0:
                self._alone -= 1
            else:
                self._most_shots = min(MOST_SHOTS, self._most_shots * 2)
        return acknowledged

    def reset(self) -> tuple[InFlight, ...]:
        """Remove and return all shots, to be sent again from the first, each alone."""
        failed, self._in_flight = self.in_flight, []
        self._most_shots, self._alone = 1, max(self._alone, len(failed))
        return failed
