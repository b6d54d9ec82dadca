"""Between our messages and paho's: MQTT 5 properties, and what arrives from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.contract.message import Message
from device.publishers.publisher import MessageTooLargeError

if TYPE_CHECKING:
    import paho.mqtt.client as paho
    from paho.mqtt.properties import Properties

# A remaining length of four times seven bits, and the header that states it (MQTT 5.0, section
# 1.5.5).
_MOST_PACKET_BYTES = 268_435_455 + 5


def publish_properties(message: Message) -> Properties:
    """Return the MQTT 5 properties of a PUBLISH (MQTT 5.0, section 3.3.2.3)."""
    from paho.mqtt.packettypes import PacketTypes  # noqa: PLC0415 - an SDK is loaded where used
    from paho.mqtt.properties import Properties  # noqa: PLC0415 - an SDK is loaded where used

    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call] # paho leaves it bare
    if message.content_type is not None:
        properties.ContentType = message.content_type
    if message.response_topic is not None:
        properties.ResponseTopic = message.response_topic
    if message.correlation_data is not None:
        properties.CorrelationData = message.correlation_data
    if message.properties:
        properties.UserProperty = list(message.properties.items())
    return properties


def packet_bytes(message: Message) -> int:
    """Return the size of the PUBLISH packet that carries a message (MQTT 5.0, section 3.3).

    What a broker's Maximum Packet Size counts: the fixed header, the topic, the packet identifier
    of QoS 1, the properties with their length, and the payload.
    """
    topic_bytes = 2 + len(message.topic.encode())
    identifier_bytes = 2 if message.qos > 0 else 0
    properties_bytes = len(publish_properties(message).pack())  # type: ignore[no-untyped-call] # paho leaves it bare
    remaining = topic_bytes + identifier_bytes + properties_bytes + len(message.payload)
    return 1 + _variable_length_bytes(remaining) + remaining


def check_size(message: Message, limit: int | None) -> None:
    """Refuse a message that the broker will not take.

    Args:
        message: to be sent.
        limit: in bytes, as the broker announced it; None where it did not.

    Raises:
        MessageTooLargeError: it is larger than that, or than MQTT allows.
    """
    size = packet_bytes(message)
    if size > _MOST_PACKET_BYTES:
        raise MessageTooLargeError(
            f"{message.topic} makes a packet of {size} bytes and MQTT ends at {_MOST_PACKET_BYTES}:"
            " take smaller pictures, or WebP"
        )
    if limit is not None and size > limit:
        raise MessageTooLargeError(
            f"{message.topic} makes a packet of {size} bytes and the broker takes packets of at"
            f" most {limit}: raise the broker's limit"
        )


def _variable_length_bytes(number: int) -> int:
    """Return how many bytes a number takes at seven bits a byte (MQTT 5.0, section 1.5.5)."""
    return max(1, -(-number.bit_length() // 7))


def connect_properties(session_expiry_s: int, max_packet_bytes: int | None) -> Properties:
    """Return the MQTT 5 properties of a CONNECT (MQTT 5.0, section 3.1.2.11).

    Args:
        session_expiry_s: how long the session outlives its connection; without the property MQTT 5
            forgets it at once.
        max_packet_bytes: the broker sends nothing larger; None takes everything.
    """
    from paho.mqtt.packettypes import PacketTypes  # noqa: PLC0415 - an SDK is loaded where used
    from paho.mqtt.properties import Properties  # noqa: PLC0415 - an SDK is loaded where used

    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho leaves it bare
    if session_expiry_s > 0:
        properties.SessionExpiryInterval = session_expiry_s
    if max_packet_bytes is not None:
        properties.MaximumPacketSize = max_packet_bytes
    return properties


def from_paho(received: paho.MQTTMessage) -> Message:
    """Read what arrived.

    Raises:
        UnicodeDecodeError: the topic is not UTF-8, which the specification forbids.
    """
    properties = received.properties
    return Message(
        received.topic,
        bytes(received.payload),
        received.qos,
        retain=received.retain,
        content_type=getattr(properties, "ContentType", None),
        properties=dict(getattr(properties, "UserProperty", [])),
        response_topic=getattr(properties, "ResponseTopic", None),
        correlation_data=getattr(properties, "CorrelationData", None),
    )
