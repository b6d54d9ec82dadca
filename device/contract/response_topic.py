"""Where the answer to a command goes."""

from __future__ import annotations

from device.contract.topics import Topics

# MQTT allows 65,535 bytes; no client chooses a topic longer than this.
_LONGEST_TOPIC = 256


def check_response_topic(topic: str | None, topics: Topics, own_result: str) -> str | None:
    """Return the response topic of a request if an answer may go there, else None.

    Not to the rig's other topics: a client that may only send commands must not make the rig
    publish there.

    Args:
        topic: as the client named it (MQTT 5.0, section 4.10).
        topics: of the rig.
        own_result: where this command is answered otherwise; topics below it are fine too.
    """
    if topic is None or not 0 < len(topic) <= _LONGEST_TOPIC or not topic.isprintable():
        return None
    if topic.startswith("$") or "+" in topic or "#" in topic:
        return None
    own = topic.startswith(f"{topics.prefix}/{topics.rig}/")
    return None if own and not topic.startswith(own_result) else topic
