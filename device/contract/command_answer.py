"""Answers to commands: where each goes, and with what."""

from __future__ import annotations

from collections.abc import Mapping

from device.contract.message import Message, make_json_message
from device.contract.response_topic import check_response_topic
from device.contract.topics import Topics


def make_answer(
    request: Message,
    document: Mapping[str, object],
    topics: Topics,
    own_result: str,
    *,
    is_notice: bool = False,
) -> Message:
    """Return the answer to a command, for its response topic (MQTT 5) or the rig's own.

    Args:
        request: the command, which names the topic and the correlation data.
        document: the answer's JSON.
        topics: of the rig.
        own_result: where this command is answered when it names no topic.
        is_notice: whether it only says that an answer follows, and may be lost.
    """
    response_topic = check_response_topic(request.response_topic, topics, own_result)
    # With QoS 1, an answer that the broker refuses would be sent again and again, and shots wait
    # behind answers.
    qos = 1 if response_topic is None and not is_notice else 0
    return make_json_message(
        response_topic or own_result, document, qos=qos, correlation_data=request.correlation_data
    )
