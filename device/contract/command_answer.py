"""Answers to commands: where each goes, and with what."""

from __future__ import annotations

from collections.abc import Mapping

from device.contract.command_payload import BadRequestError
from device.contract.message import Message, make_json_message
from device.contract.response_topic import check_response_topic
from device.contract.topics import Topics

# Clients put a number or a UUID there. It is kept with each request that waits and each answer.
LARGEST_CORRELATION_BYTES = 1024


def check_correlation(request: Message, request_id: str) -> None:
    """Refuse a command whose correlation data is too large to be kept.

    Raises:
        BadRequestError: it is.
    """
    size_bytes = len(request.correlation_data or b"")
    if size_bytes > LARGEST_CORRELATION_BYTES:
        raise BadRequestError(
            f"correlation data has at most {LARGEST_CORRELATION_BYTES} bytes, not {size_bytes}",
            request_id,
        )


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
        request: the command, which names the topic and the correlation data; what is too large
            of that is left out.
        document: the answer's JSON.
        topics: of the rig.
        own_result: where this command is answered when it names no topic.
        is_notice: whether it only says that an answer follows, and may be lost.
    """
    response_topic = check_response_topic(request.response_topic, topics, own_result)
    # With QoS 1, an answer that the broker refuses would be sent again and again, and shots wait
    # behind answers.
    qos = 1 if response_topic is None and not is_notice else 0
    data = request.correlation_data
    kept = None if data is not None and len(data) > LARGEST_CORRELATION_BYTES else data
    return make_json_message(response_topic or own_result, document, qos=qos, correlation_data=kept)
