"""Capture requests from MQTT, which wait for the shooting thread, and their answers."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import Any

from device.capture.late_notice import LateNotices
from device.contract.capture_request import CaptureRequest, format_result, parse_request
from device.contract.command_answer import check_correlation, make_answer
from device.contract.command_payload import BadRequestError
from device.contract.message import Message
from device.contract.topics import Topics
from device.delivery.answer_queue import AnswerQueue
from device.shots.ledger import Ledger
from device.system.repeated_log import RepeatedLog

_LOG = logging.getLogger(__name__)
# An hour's requests at one garment a minute: more at once are answered "busy".
_MOST_WAITING = 64
# How often the same request is answered when it is done, however often it came before that.
_MOST_ASKERS = 8


@dataclass(slots=True)
class _Waiting:
    """A request that waits, and the messages that asked it."""

    request: CaptureRequest
    askers: list[Message] = field(default_factory=list)

    def has_asker(self, message: Message) -> bool:
        """Whether the answer to another message goes where that of this one would."""
        wanted = message.response_topic, message.correlation_data
        return any(wanted == (each.response_topic, each.correlation_data) for each in self.askers)


class CaptureQueue:
    """Receives requests on the network thread and hands them out on the shooting thread.

    A request id that was answered before gets the same answer again and no shot, also after a
    restart. One that waits already takes no second place in the queue, and what is invalid takes
    none at all: a flood of either is answered, as far as answers leave, and keeps nobody waiting.

    An answer goes to the response topic of its request (MQTT 5.0, section 4.10), else to the rig's
    own ``command/capture/result``. Where the broker's access rules forbid the rig to publish to the
    response topic, the broker drops the answer.

    An answer that takes longer than half a second, because a shot is being encoded or a picture is
    being sent, is preceded by the code ``received``.

    Attributes:
        answers: to be published; the delivery thread removes them.
    """

    def __init__(
        self,
        topics: Topics,
        ledger: Ledger,
        notices: LateNotices,
        answers: AnswerQueue | None = None,
    ) -> None:
        """Open an empty queue.

        Args:
            topics: of this rig.
            ledger: answers of the past.
            notices: sends ``received`` before late answers.
            answers: those of other commands too; None for a queue of its own.
        """
        self._topics = topics
        self._ledger = ledger
        self._notices = notices
        self.answers = AnswerQueue() if answers is None else answers
        self._lock = threading.Lock()
        self._waiting: dict[str, _Waiting] = {}  # By request id, the oldest first.
        self._in_hand: _Waiting | None = None
        self._log = RepeatedLog(_LOG)

    def receive(self, message: Message) -> None:
        """Take in a message, if it is a request; any thread."""
        if message.topic != self._topics.capture:
            return
        if message.retain:
            # It would shoot at every start. A command is about the garment on the set now.
            self._log.warning("a retained capture command was ignored: publish it without retain")
            return
        try:
            request = parse_request(message.payload)
            check_correlation(message, request.request_id)
        except BadRequestError as error:
            self._log.warning(f"a capture command was refused: {error}")
            self._answer_at_once(
                message, format_result(error.request_id, "invalid", error=str(error))
            )
            return
        answer = self._put(request, message)
        if answer is not None:
            self._answer_at_once(message, answer)

    def _put(self, request: CaptureRequest, message: Message) -> dict[str, Any] | None:
        """Let a request wait; return the answer where it need not, or where too many do."""
        busy = format_result(request.request_id, "busy", error="too many requests wait")
        notice = self._make_message(
            message, format_result(request.request_id, "received"), is_notice=True
        )
        with self._lock:
            # Under the lock: an answer is in the ledger before its request leaves the hand.
            known = self._ledger.answer(request.request_id)
            if known is not None:
                return known
            hand = self._in_hand
            waiting = self._waiting.get(request.request_id)
            if waiting is None and hand and hand.request.request_id == request.request_id:
                waiting = hand
            if waiting is None:
                if len(self._waiting) >= _MOST_WAITING:
                    return busy
                waiting = self._waiting[request.request_id] = _Waiting(request)
            if len(waiting.askers) >= _MOST_ASKERS:
                return None if waiting.has_asker(message) else busy
            # Under the lock, as the shooting thread may answer at once.
            waiting.askers.append(message)
            self._notices.watch(message, notice)
        return None

    def next_request(self) -> CaptureRequest | None:
        """Return the next request, or None."""
        with self._lock:
            request_id = next(iter(self._waiting), None)
            if request_id is None:
                return None
            self._in_hand = self._waiting.pop(request_id)
            return self._in_hand.request

    def answer(self, answer: dict[str, Any]) -> None:
        """Answer the request that `next_request` returned last."""
        with self._lock:
            hand, self._in_hand = self._in_hand, None
        for message in () if hand is None else hand.askers:
            reply = self._make_message(message, answer)
            self._notices.note_answer(message, reply)
            self._put_answer(reply, is_new=True)

    def _answer_at_once(self, message: Message, answer: dict[str, Any]) -> None:
        """Answer what needs no work."""
        self._put_answer(self._make_message(message, answer), is_new=False)

    def _put_answer(self, reply: Message, *, is_new: bool) -> None:
        gone = self.answers.put(reply, is_new=is_new)
        if gone is not None:
            self._notices.note_sent(gone)

    def _make_message(
        self, request: Message, answer: dict[str, Any], *, is_notice: bool = False
    ) -> Message:
        own = self._topics.capture_result
        return make_answer(request, answer, self._topics, own, is_notice=is_notice)
