"""Capture requests from MQTT, which wait for the shooting thread, and their answers."""

from __future__ import annotations

import contextlib
import logging
import queue
from collections import deque
from typing import Any

from device.capture.late_notice import LateNotices
from device.contract.capture_request import (
    BadRequestError,
    CaptureRequest,
    format_result,
    parse_request,
)
from device.contract.message import Message, make_json_message
from device.contract.topics import Topics
from device.shots.ledger import Ledger

_LOG = logging.getLogger(__name__)
# An hour's requests at one garment a minute: more at once are answered "busy".
_MOST_WAITING = 64
# MQTT allows 65,535 bytes; no client chooses a topic longer than this.
_LONGEST_TOPIC = 256
# While the broker is away, a flood of invalid requests must not fill the memory with answers.
_MOST_ANSWERS = 256


class CaptureQueue:
    """Receives requests on the network thread and hands them out on the shooting thread.

    A request id that was answered before gets the same answer again and no shot, also after a
    restart.

    An answer goes to the response topic of its request (MQTT 5.0, section 4.10), else to the rig's
    own ``command/capture/result``. Where the broker's access rules forbid the rig to publish to the
    response topic, the broker drops the answer.

    An answer that takes longer than half a second, because a shot is being encoded or a picture is
    being sent, is preceded by the code ``received``.

    Attributes:
        answers: to be published, oldest first; the delivery thread removes them.
    """

    def __init__(self, topics: Topics, ledger: Ledger, notices: LateNotices) -> None:
        """Open an empty queue.

        Args:
            topics: of this rig.
            ledger: answers of the past; used on the shooting thread only.
            notices: sends ``received`` before late answers.
        """
        self.answers: deque[Message] = deque()
        self._topics = topics
        self._ledger = ledger
        self._waiting: queue.Queue[Message] = queue.Queue(_MOST_WAITING)
        self._unanswered: Message | None = None
        self._notices = notices

    def receive(self, message: Message) -> None:
        """Put a message into the queue, if it is a request; any thread."""
        if message.topic != self._topics.capture:
            return
        if message.retain:
            # It would shoot at every start. A command is about the garment on the set now.
            _LOG.warning("a retained capture command was ignored: publish it without retain")
            return
        request_id = _read_request_id(message)
        if not self._waiting.full():
            notice = self._make_message(message, format_result(request_id, "received"), qos=0)
            # Before it is queued, as the shooting thread may answer at once.
            self._notices.watch(message, notice)
            with contextlib.suppress(queue.Full):  # Another thread may have been faster.
                self._waiting.put_nowait(message)
                return
        self._notices.forget(message)
        self._reply(message, format_result(request_id, "busy", error="too many requests wait"))

    def next_request(self) -> CaptureRequest | None:
        """Return the next request that is new and valid, or None; answer all others."""
        while True:
            try:
                message = self._waiting.get_nowait()
            except queue.Empty:
                return None
            try:
                request = parse_request(message.payload)
            except BadRequestError as error:
                _LOG.warning("a capture command was refused: %s", error)
                self._reply(message, format_result(error.request_id, "invalid", error=str(error)))
                continue
            known = self._ledger.answer(request.request_id)
            if known is None:
                self._unanswered = message
                return request
            self._reply(message, known)

    def answer(self, answer: dict[str, Any]) -> None:
        """Answer the request that `next_request` returned last."""
        if self._unanswered is not None:
            self._reply(self._unanswered, answer)
            self._unanswered = None

    def _reply(self, request: Message, answer: dict[str, Any]) -> None:
        if len(self.answers) >= _MOST_ANSWERS and answer["code"] in {"busy", "invalid"}:
            _LOG.debug("an answer was left out, %d wait: %s", len(self.answers), answer)
            self._notices.forget(request)
            return
        # With QoS 1, an answer that the broker refuses would be sent again and again, and shots
        # wait behind answers.
        qos = 1 if _check_topic(request.response_topic, self._topics) is None else 0
        reply = self._make_message(request, answer, qos=qos)
        self._notices.note_answer(request, reply)
        self.answers.append(reply)

    def _make_message(self, request: Message, answer: dict[str, Any], *, qos: int) -> Message:
        return make_json_message(
            _check_topic(request.response_topic, self._topics) or self._topics.capture_result,
            answer,
            qos=qos,
            correlation_data=request.correlation_data,
        )


def _check_topic(topic: str | None, topics: Topics) -> str | None:
    """Return the response topic if an answer may go there, else None.

    Not to the rig's other topics: a client that may only ask for shots must not make the rig
    publish there.
    """
    if topic is None or not 0 < len(topic) <= _LONGEST_TOPIC or not topic.isprintable():
        return None
    if topic.startswith("$") or "+" in topic or "#" in topic:
        return None
    own = topic.startswith(f"{topics.prefix}/{topics.rig}/")
    return None if own and not topic.startswith(topics.capture_result) else topic


def _read_request_id(message: Message) -> str | None:
    try:
        return parse_request(message.payload).request_id
    except BadRequestError as error:
        return error.request_id
