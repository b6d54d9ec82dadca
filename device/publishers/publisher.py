"""The contract that every way out of the rig keeps."""

from __future__ import annotations

from typing import Protocol

from device.message import Message


class Publisher(Protocol):
    """A connection to whoever listens.

    `publish` with QoS 0 hands the message over and forgets it; while disconnected it is
    dropped. With QoS 1 it blocks until the broker acknowledged (PUBACK) and returns True, or
    returns False when it did not within ``timeout_s``: the caller, which owns the spool, is
    the only one that sends again.
    """

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the connection."""
        ...

    def publish(self, message: Message, timeout_s: float) -> bool:
        """Send one message; True when it is certain to have arrived (QoS 1) or was sent."""
        ...

    def close(self) -> None:
        """Say goodbye and release the connection. Safe to call twice."""
        ...
