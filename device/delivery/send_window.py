"""The shots that are on their way to the broker, and how many may be at a time."""

from __future__ import annotations

from dataclasses import dataclass

from device.contract.message import Message
from device.publishers.publisher import Receipt, Refusal

# Enough to keep a line busy whose answers take a tenth of a second, and little to send again.
MOST_SHOTS = 16
# Of pictures in memory, the one over which the bound is reached included: large ones go singly.
MOST_BYTES = 4_000_000


@dataclass(slots=True)
class InFlight:
    """A shot whose picture was posted.

    Attributes:
        shot_id: of the shot.
        size_bytes: of its picture.
        posted_s: when, on the monotonic clock.
        picture: of the picture.
        announcement: to be posted when the picture has arrived.
        announced: of the announcement, once it is posted.
        seen: whether it was noticed that the picture has arrived.
    """

    shot_id: str
    size_bytes: int
    posted_s: float
    picture: Receipt
    announcement: Message
    announced: Receipt | None = None
    seen: bool = False

    @property
    def arrived(self) -> bool:
        """Whether the broker has both halves."""
        return self.announced is not None and self.announced.arrived and self.picture.arrived

    @property
    def refusal(self) -> Refusal | None:
        """Why the broker refused one half; None while it did not."""
        return self.picture.refusal or (self.announced.refusal if self.announced else None)

    @property
    def settled(self) -> bool:
        """Whether nothing more will be heard of what was posted."""
        return self.picture.settled and (self.announced is None or self.announced.settled)


class SendWindow:
    """Flights in the order of their shots.

    Begins with one at a time and doubles with each arrival. After a failure all that flew go
    singly first: so the one that the broker chokes on shows itself, and the order is kept.
    """

    def __init__(self) -> None:
        self._flights: list[InFlight] = []
        self._limit = 1
        self._singly = 0

    @property
    def flights(self) -> tuple[InFlight, ...]:
        """All of them, oldest first."""
        return tuple(self._flights)

    @property
    def shot_ids(self) -> frozenset[str]:
        """Which shots fly."""
        return frozenset(flight.shot_id for flight in self._flights)

    @property
    def pictures_fly(self) -> bool:
        """Whether a picture is on its way, which takes its time on a slow line."""
        return any(not flight.seen for flight in self._flights)

    @property
    def refused(self) -> InFlight | None:
        """The oldest that the broker has refused."""
        return next((flight for flight in self._flights if flight.refusal is not None), None)

    @property
    def settled(self) -> bool:
        """Whether nothing more will be heard of any."""
        return all(flight.settled for flight in self._flights)

    def admits(self, size_bytes: int) -> bool:
        """Whether one more may fly, of so many bytes."""
        if not self._flights:
            return True
        flying_bytes = sum(flight.size_bytes for flight in self._flights)
        return len(self._flights) < self._limit and flying_bytes + size_bytes <= MOST_BYTES

    def add(self, flight: InFlight) -> None:
        """One more flies."""
        self._flights.append(flight)

    def look(self) -> bool:
        """Notice which pictures have arrived; False when none has since the last look."""
        new = [flight for flight in self._flights if flight.picture.arrived and not flight.seen]
        for flight in new:
            flight.seen = True
        return bool(new)

    def land(self) -> list[InFlight]:
        """Take out those that have arrived."""
        landed = [flight for flight in self._flights if flight.arrived]
        for flight in landed:
            self._flights.remove(flight)
            if self._singly > 0:
                self._singly -= 1
            else:
                self._limit = min(MOST_SHOTS, self._limit * 2)
        return landed

    def fail(self) -> tuple[InFlight, ...]:
        """Give all up, to be sent again from the first; returns what flew."""
        failed, self._flights = self.flights, []
        self._limit, self._singly = 1, max(self._singly, len(failed))
        return failed
