"""Where commands from MQTT wait until the shooting thread has time, and get their answers."""

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
from device.contract.message import Message, json_message
from device.contract.topics import Topics
from device.shots.ledger import Ledger

_LOG = logging.getLogger(__name__)
_MOST_WAITING = 64
_LONGEST_TOPIC = 256
# While nothing gets through, a flood of nonsense must not fill the memory with answers to it.
_MOST_ANSWERS = 256


class CaptureQueue:
    """Takes requests on the network thread, hands them out on the shooting thread.

    A request that was answered before is answered again with the same words and shoots nothing,
    also after a restart.

    An answer goes to the response topic that its request named (MQTT 5.0, section 4.10), else to
    the rig's own ``command/capture/result``. The broker's access rules may keep the rig from
    publishing there: then the broker drops the answer, and who asked hears nothing.

    An answer that takes longer than half a second, because a shot is being encoded or a picture is
    on the line, is preceded by the code ``received``.

    Attributes:
        answers: what is to be published, oldest first; the delivery thread takes it from there.
    """

    def __init__(self, topics: Topics, ledger: Ledger, notices: LateNotices) -> None:
        """Open an empty queue.

        Args:
            topics: of this rig.
            ledger: what was answered before; used on the shooting thread only.
            notices: what goes ahead of late answers.
        """
        self.answers: deque[Message] = deque()
        self._topics = topics
        self._ledger = ledger
        self._waiting: queue.Queue[Message] = queue.Queue(_MOST_WAITING)
        self._in_hand: Message | None = None
        self._notices = notices

    def receive(self, message: Message) -> None:
        """Take in a message; any thread."""
        if message.topic != self._topics.capture:
            return
        if message.retain:
            # It would shoot at every start; a command is for the garment that hangs there now.
            _LOG.warning("a retained capture command was ignored: publish it without retain")
            return
        request_id = _request_id(message)
        if not self._waiting.full():
            notice = self._message(message, format_result(request_id, "received"), qos=0)
            # First, for the shooting thread may answer as soon as the request waits.
            self._notices.watch(message, notice)
            with contextlib.suppress(queue.Full):  # Another thread may have been faster.
                self._waiting.put_nowait(message)
                return
        self._notices.forget(message)
        self._reply(message, format_result(request_id, "busy", error="too many requests wait"))

    def next_request(self) -> CaptureRequest | None:
        """The next request that is new and valid; all others are answered here."""
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
                self._in_hand = message
                return request
            self._reply(message, known)

    def answer(self, answer: dict[str, Any]) -> None:
        """Answer the request handed out last."""
        if self._in_hand is not None:
            self._reply(self._in_hand, answer)
            self._in_hand = None

    def _reply(self, request: Message, answer: dict[str, Any]) -> None:
        if len(self.answers) >= _MOST_ANSWERS and answer["code"] in {"busy", "invalid"}:
            _LOG.debug("an answer was left out, %d wait: %s", len(self.answers), answer)
            self._notices.forget(request)
            return
        # A refusal of QoS 1 would be tried again for ever, and shots wait behind answers.
        qos = 1 if _usable(request.response_topic, self._topics) is None else 0
        reply = self._message(request, answer, qos=qos)
        self._notices.note_answer(request, reply)
        self.answers.append(reply)

    def _message(self, request: Message, answer: dict[str, Any], *, qos: int) -> Message:
        return json_message(
            _usable(request.response_topic, self._topics) or self._topics.capture_result,
            answer,
            qos=qos,
            correlation_data=request.correlation_data,
        )


def _usable(topic: str | None, topics: Topics) -> str | None:
    """The response topic if an answer may go there, else None.

    The rig's other topics are no place for it: who may only ask for shots must not get the rig to
    say something else there.
    """
    if topic is None or not 0 < len(topic) <= _LONGEST_TOPIC or not topic.isprintable():
        return None
    if topic.startswith("$") or "+" in topic or "#" in topic:
        return None
    own = topic.startswith(f"{topics.prefix}/{topics.rig}/")
    return None if own and not topic.startswith(topics.capture_result) else topic


def _request_id(message: Message) -> str | None:
    try:
        return parse_request(message.payload).request_id
    except BadRequestError as error:
        return error.request_id
