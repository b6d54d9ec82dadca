"""Capture requests from MQTT, which wait for the shooting thread, and their answers."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from device.capture.late_notice import LateNotices
from device.contract.capture_request import CaptureRequest, format_result, parse_request
from device.contract.command_answer import check_correlation
from device.contract.command_payload import BadRequestError
from device.contract.message import Message
from device.contract.topics import Topics
from device.delivery.answer_queue import AnswerQueue
from device.delivery.command_intake import Asker, CommandIntake, OnAnswer
from device.shots.ledger import Ledger

# An hour's requests at one garment a minute: more at once are answered "busy".
_MOST_WAITING = 64
# How often the same request is answered when it is done, however often it came before that.
_MOST_ASKERS = 8


@dataclass(slots=True)
class _Waiting:
    """A request that waits, and those who asked it."""

    request: CaptureRequest
    askers: list[Asker] = field(default_factory=list)

    def has_asker(self, asker: Asker) -> bool:
        """Whether the answer to another goes where that of this one would."""
        return any(asker.is_same(each) for each in self.askers)


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
        self._ledger = ledger
        self._notices = notices
        self.answers = AnswerQueue() if answers is None else answers
        self._intake = CommandIntake("capture", topics, self.answers)
        self._lock = threading.Lock()
        self._waiting: dict[str, _Waiting] = {}  # By request id, the oldest first.
        self._in_hand: _Waiting | None = None

    def receive(self, message: Message) -> None:
        """Take in a message, if it is a request; any thread."""
        asker = self._intake.admit(message)
        if asker is not None:
            self._take(asker)

    def ask(self, payload: bytes, on_answer: OnAnswer) -> None:
        """Take in a request from inside this process; any thread."""
        self._take(self._intake.call(payload, on_answer))

    def _take(self, asker: Asker) -> None:
        try:
            request = parse_request(asker.message.payload)
            check_correlation(asker.message, request.request_id)
        except BadRequestError as error:
            self._intake.note_refusal(error)
            answer = format_result(error.request_id, "invalid", error=str(error))
            self._reply(asker, answer, is_new=False)
            return
        self.put(request, asker)

    def put(self, request: CaptureRequest, asker: Asker) -> None:
        """Let a request wait for its shot, of whichever command; any thread."""
        answer = self._put(request, asker)
        if answer is not None:
            self._reply(asker, answer, is_new=False)

    def _put(self, request: CaptureRequest, asker: Asker) -> dict[str, Any] | None:
        """Let a request wait; return the answer where it need not, or where too many do."""
        busy = format_result(request.request_id, "busy", error="too many requests wait")
        received = format_result(request.request_id, "received")
        notice = self._intake.make_message(asker, received, is_notice=True)
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
                return None if waiting.has_asker(asker) else busy
            # Under the lock, as the shooting thread may answer at once.
            waiting.askers.append(asker)
            if asker.on_answer is None:
                self._notices.watch(asker.message, notice)
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
        for asker in () if hand is None else hand.askers:
            self._reply(asker, answer, is_new=True)

    def _reply(self, asker: Asker, answer: dict[str, Any], *, is_new: bool) -> None:
        def note(reply: Message) -> None:
            self._notices.note_answer(asker.message, reply)

        gone = self._intake.reply(asker, answer, is_new=is_new, before=note)
        if gone is not None:
            self._notices.note_sent(gone)
