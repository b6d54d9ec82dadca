"""What goes over the wire: one message, whatever the transport."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message.

    Attributes:
        topic: full topic name.
        payload: bytes as sent.
        qos: 0 or 1.
        retain: whether the broker keeps it for those who subscribe later.
        content_type: MIME type; an MQTT 5 property, left out under 3.1.1.
        properties: MQTT 5 user properties, left out under 3.1.1.
    """

    topic: str
    payload: bytes
    qos: int
    retain: bool = False
    content_type: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
