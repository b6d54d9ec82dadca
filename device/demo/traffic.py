"""Counts what goes over a broker, for the demonstration's summary."""

from __future__ import annotations

from dataclasses import dataclass

from device.contract.message import Message


@dataclass(slots=True)
class _Count:
    messages: int = 0
    size_bytes: int = 0


class Traffic:
    """Counts messages by topic."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}

    def receive(self, message: Message) -> None:
        """Count one message; to be called from one thread at a time."""
        count = self._counts.setdefault(message.topic, _Count())
        count.messages += 1
        count.size_bytes += len(message.payload)

    def summary(self) -> str:
        """Return one line per topic: how many messages of how many bytes."""
        return "\n".join(
            f"  {topic}  {count.messages} x {count.size_bytes // count.messages} bytes"
            for topic, count in sorted(self._counts.items())
        )
