"""The contract of every connection that messages leave by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from device.contract.message import Message
from device.errors import WorkError


class BrokerUnreachableError(WorkError):
    """Nobody answers at the broker's address; worth trying again."""


class BrokerRefusedError(WorkError):
    """The broker refused, or the files of the login cannot be used: a person must act first."""


class MessageTooLargeError(WorkError):
    """The broker announced that it takes no message of this size; sending it again is pointless."""


# Reason codes of MQTT 5.0, section 2.4.
NO_MATCHING_SUBSCRIBERS = 0x10
UNSUPPORTED_PROTOCOL_VERSION = 0x84
NOT_AUTHORIZED = 0x87
PACKET_TOO_LARGE = 0x95
QUOTA_EXCEEDED = 0x97
# Unspecified error, implementation specific error, server unavailable, server busy: the broker's
# own state, and no word about the message.
BROKER_FAULTS = frozenset({0x80, 0x83, 0x88, 0x89})


@dataclass(frozen=True, slots=True)
class Refusal:
    """How the broker said no.

    Attributes:
        code: the reason code of MQTT 5.0, section 2.4.
        reason: its name, for people.
    """

    code: int
    reason: str

    def __str__(self) -> str:
        """For people."""
        return self.reason


@dataclass(slots=True)
class Receipt:
    """What became of one message: written by the connection, read by the poster.

    Attributes:
        settled: no answer will come any more: it arrived, was refused, or the connection is lost.
        arrived: the broker acknowledged it (QoS 1), or it was sent (QoS 0).
        unclaimed: it arrived, and the broker said that nobody has subscribed to it. Only brokers of
            MQTT 5 say so.
        refusal: set if the broker said no.
    """

    settled: bool = False
    arrived: bool = False
    unclaimed: bool = False
    refusal: Refusal | None = None


class Publisher(Protocol):
    """A connection to whoever listens.

    `publish` with QoS 0 hands the message over and forgets it; while disconnected, while an older
    message of the same topic still waits to be sent, or where the broker takes none of its size, it
    is dropped. With QoS 1 it blocks until the broker acknowledged (PUBACK) and returns True, or
    returns False when it did not within ``timeout_s``. `post` does not wait. In either case the
    caller, which owns the spool, is the only one that sends again.

    One thread connects, posts and publishes with QoS 1; any thread may publish with QoS 0. A lost
    connection stays lost until `connect` is called again.

    Attributes:
        connections: how many times a connection was accepted so far.
    """

    connections: int

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the connection, and it still stands."""
        ...

    @property
    def lost_reason(self) -> str | None:
        """Why the last connection ended; None while it stands or before the first."""
        ...

    @property
    def protocol(self) -> str | None:
        """The MQTT version of the latest connection: ``5`` or ``3.1.1``; None before the first."""
        ...

    @property
    def room(self) -> int:
        """How many more messages the broker takes before it has acknowledged one."""
        ...

    @property
    def left_s(self) -> float:
        """When bytes of what was posted last left this machine, on the monotonic clock.

        A picture on a slow line is on its way while this moves on. It says nothing about the
        broker; where the system does not count bytes it stays as it is.
        """
        ...

    def connect(self, timeout_s: float) -> None:
        """Connect once, after dropping what is left of an earlier connection.

        Raises:
            BrokerUnreachableError: no answer within ``timeout_s``.
            BrokerRefusedError: the broker refused.
        """
        ...

    def publish(self, message: Message, timeout_s: float) -> bool:
        """Send one message; True when it is certain to have arrived (QoS 1) or was sent.

        With QoS 0 and no time to wait, True when it is on its way and nothing lies before it.

        Raises:
            MessageTooLargeError: the broker announced a smaller limit than this message, which
                was not one to be dropped.
        """
        ...

    def post(self, message: Message, settled: Callable[[], None]) -> Receipt:
        """Hand one message over; messages arrive in the order in which they were posted.

        Args:
            message: of QoS 1 only while there is `room`.
            settled: called on another thread, soon and without holding anything up, when the
                receipt is settled, and at once if the connection is lost already.

        Raises:
            MessageTooLargeError: the broker announced a smaller limit; nothing was sent.
        """
        ...

    def abandon(self) -> None:
        """Cut a connection that does not acknowledge; what it still held is never sent."""
        ...

    def close(self) -> None:
        """Say goodbye and release the connection. Safe to call twice."""
        ...
