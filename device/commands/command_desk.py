"""Takes in one kind of command and works on it at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from device.contract.command_answer import check_correlation
from device.contract.command_payload import BadRequestError, read_fields
from device.contract.command_result import Code, format_command_result
from device.contract.message import Message
from device.contract.topics import Topics
from device.delivery.answer_queue import AnswerQueue
from device.delivery.command_intake import Asker, CommandIntake, OnAnswer
from device.errors import WorkError

_LOG = logging.getLogger(__name__)
# What a client sends again after a lost connection is not worked on twice.
_MOST_ANSWERS = 256
_MOST_WAITING = 4


class CommandRefusedError(WorkError):
    """A command was understood and cannot be done now."""


@dataclass(frozen=True, slots=True)
class Command:
    """One kind of command.

    Attributes:
        name: the last level of its topic.
        keys: that it may have beside ``request_id``.
        work: does it, given the request id, the fields and the asker, on any thread; returns what
            the answer says beside ``accepted``, or None where somebody else answers. It raises
            `BadRequestError` for fields that mean nothing and `CommandRefusedError` for what
            cannot be done now.
        largest_bytes: a larger one is refused.
        is_slow: whether it takes long: it is worked on in a thread of its own, and a few wait.
    """

    name: str
    keys: tuple[str, ...]
    work: Callable[[str, dict[str, Any], Asker], dict[str, Any] | None]
    largest_bytes: int = 4096
    is_slow: bool = False


class CommandDesk:
    """Works on the commands of one kind, one at a time. For any thread."""

    def __init__(self, command: Command, topics: Topics, answers: AnswerQueue) -> None:
        """Open a desk.

        Args:
            command: the kind.
            topics: of the rig.
            answers: takes the answers on their way.
        """
        self._command = command
        self._intake = CommandIntake(command.name, topics, answers)
        self._lock = threading.Lock()
        self._answers: dict[str, dict[str, Any]] = {}  # By request id, the oldest first.
        self._places = threading.Semaphore(_MOST_WAITING)  # For slow commands.

    def receive(self, message: Message) -> None:
        """Take in a message, if it is such a command; any thread."""
        asker = self._intake.admit(message)
        if asker is not None:
            self._take(asker)

    def ask(self, payload: bytes, on_answer: OnAnswer) -> None:
        """Take in a command from inside this process; any thread."""
        self._take(self._intake.call(payload, on_answer))

    def _take(self, asker: Asker) -> None:
        command = self._command
        try:
            request_id, fields = read_fields(
                asker.message.payload,
                ("request_id", *command.keys),
                command.largest_bytes,
                makes_id=True,
            )
            check_correlation(asker.message, request_id)
        except BadRequestError as error:
            self._intake.note_refusal(error)
            self._intake.reply(asker, _refuse(error.request_id, "invalid", error), is_new=False)
            return
        if not command.is_slow:
            self._finish(request_id, fields, asker)
        elif self._places.acquire(blocking=False):
            given = (request_id, fields, asker)
            name = f"{command.name} command"
            threading.Thread(target=self._finish_slow, args=given, name=name, daemon=True).start()
        else:
            answer = format_command_result(request_id, "busy", error="too many commands wait")
            self._intake.reply(asker, answer, is_new=False)

    def _finish_slow(self, request_id: str, fields: dict[str, Any], asker: Asker) -> None:
        try:
            self._finish(request_id, fields, asker)
        finally:
            self._places.release()

    def _finish(self, request_id: str, fields: dict[str, Any], asker: Asker) -> None:
        with self._lock:
            answer = self._answers.get(request_id)
            is_new = answer is None
            if answer is None:
                answer = self._work_on(request_id, fields, asker)
        if answer is not None:
            self._intake.reply(asker, answer, is_new=is_new)

    def _work_on(
        self, request_id: str, fields: dict[str, Any], asker: Asker
    ) -> dict[str, Any] | None:
        try:
            found = self._command.work(request_id, fields, asker)
        except BadRequestError as error:
            self._intake.note_refusal(error)
            return _refuse(request_id, "invalid", error)
        except WorkError as error:
            return _refuse(request_id, "refused", error)
        except Exception as error:  # noqa: BLE001 - the next command must be answered too
            _LOG.exception("a %s command failed", self._command.name)
            return _refuse(request_id, "refused", error)
        if found is None:
            return None
        answer = format_command_result(request_id, "accepted", **found)
        if fields.get("request_id") is not None:
            self._answers[request_id] = answer
            if len(self._answers) > _MOST_ANSWERS:
                del self._answers[next(iter(self._answers))]
        return answer


def _refuse(request_id: str | None, code: Code, error: Exception) -> dict[str, Any]:
    details: dict[str, Any] = error.details if isinstance(error, BadRequestError) else {}
    return format_command_result(request_id, code, error=str(error), **details)
