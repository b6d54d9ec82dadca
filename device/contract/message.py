"""One message, whatever the transport."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message, on its way out or in.

    Attributes:
        topic: full topic name.
        payload: bytes as sent.
        qos: 0 or 1.
        retain: whether the broker keeps it for those who subscribe later.
        content_type: MIME type; an MQTT 5 property, left out under 3.1.1.
        properties: MQTT 5 user properties, left out under 3.1.1.
        response_topic: where the sender expects the answer, unchecked; MQTT 5 only.
        correlation_data: to be repeated in the answer; MQTT 5 only.
    """

    topic: str
    payload: bytes
    qos: int
    retain: bool = False
    content_type: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    response_topic: str | None = None
    correlation_data: bytes | None = None


def make_json_message(
    topic: str,
    document: Mapping[str, object],
    *,
    qos: int,
    retain: bool = False,
    correlation_data: bytes | None = None,
) -> Message:
    """Return a message that carries a JSON document.

    Args:
        topic: full topic name.
        document: JSON types only.
        qos: 0 or 1.
        retain: whether the broker keeps it.
        correlation_data: repeated from the request that this answers.
    """
    return Message(
        topic,
        encode_json(document),
        qos,
        retain=retain,
        content_type=JSON_TYPE,
        correlation_data=correlation_data,
    )


def encode_json(document: Mapping[str, object]) -> bytes:
    """Return a document as compact UTF-8 JSON, with ``?`` for what is half a letter.

    Raises:
        ValueError: it holds NaN or infinity, which JSON has not.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Half a letter comes from a file's name that is no UTF-8, or from a damaged file.
    return text.encode("utf-8", "replace")
