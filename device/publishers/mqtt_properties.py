"""Between our messages and paho's: MQTT 5 properties, and what arrives from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.contract.message import Message

if TYPE_CHECKING:
    import paho.mqtt.client as paho
    from paho.mqtt.properties import Properties


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


def _variable_length_bytes(number: int) -> int:
    """Return how many bytes a number takes at seven bits a byte (MQTT 5.0, section 1.5.5)."""
    return max(1, -(-number.bit_length() // 7))


def seconds_property(session_expiry_s: int) -> Properties:
    """Return the CONNECT property that says how long a session outlives its connection.

    Without it MQTT 5 forgets the session at once (MQTT 5.0, section 3.1.2.11.2).
    """
    from paho.mqtt.packettypes import PacketTypes  # noqa: PLC0415 - an SDK is loaded where used
    from paho.mqtt.properties import Properties  # noqa: PLC0415 - an SDK is loaded where used

    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho leaves it bare
    properties.SessionExpiryInterval = session_expiry_s
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
