"""What all commands have in common: which messages are taken in, and how each is answered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from device.contract.command_answer import make_answer
from device.contract.command_payload import BadRequestError
from device.contract.message import Message
from device.contract.topics import Topics
from device.delivery.answer_queue import AnswerQueue
from device.system.repeated_log import RepeatedLog

_LOG = logging.getLogger(__name__)
OnAnswer = Callable[[dict[str, Any]], object]


@dataclass(frozen=True, slots=True, eq=False)
class Asker:
    """A command that was taken in, and the way back to whoever gave it.

    Attributes:
        message: the command; one from inside this process has a topic and a payload only.
        own_result: where this command is answered when it names no topic.
        on_answer: gets the answer of a command from inside this process; None for one by MQTT.
    """

    message: Message
    own_result: str
    on_answer: OnAnswer | None = None

    def is_same(self, other: Asker) -> bool:
        """Whether the answer to another command goes where that of this one would."""
        mine = (self.own_result, self.message.response_topic, self.message.correlation_data)
        theirs = (other.own_result, other.message.response_topic, other.message.correlation_data)
        return mine == theirs and self.on_answer is other.on_answer


class CommandIntake:
    """Takes in the messages of one command, and sends its answers. For any thread."""

    def __init__(self, name: str, topics: Topics, answers: AnswerQueue) -> None:
        """Prepare.

        Args:
            name: of the command, the last level of its topic.
            topics: of the rig.
            answers: takes the answers on their way.
        """
        self.name = name
        self._topics = topics
        self._answers = answers
        self._log = RepeatedLog(_LOG)

    def admit(self, message: Message) -> Asker | None:
        """Return a message as a command to work on; None where it is another or must not be."""
        if message.topic != self._topics.command(self.name):
            return None
        if message.retain:
            # It would be worked on at every start. A command is about what is on the set now.
            self._log.warning(
                f"a retained {self.name} command was ignored: publish it without retain"
            )
            return None
        return Asker(message, self._topics.command_result(self.name))

    def call(self, payload: bytes, on_answer: OnAnswer) -> Asker:
        """Return a command from inside this process.

        Args:
            payload: as of a message.
            on_answer: called once with the answer, on whichever thread has it; must not wait.
        """
        message = Message(self._topics.command(self.name), payload, 1)
        return Asker(message, self._topics.command_result(self.name), on_answer)

    def note_refusal(self, error: BadRequestError) -> None:
        """Log that a command could not be understood."""
        self._log.warning(f"a {self.name} command was refused: {error}")

    def reply(
        self,
        asker: Asker,
        document: Mapping[str, object],
        *,
        is_new: bool,
        before: Callable[[Message], object] | None = None,
    ) -> Message | None:
        """Answer a command.

        Args:
            asker: whoever gave it.
            document: the answer's JSON.
            is_new: whether it is about work that was done for it.
            before: called with the message before anybody can send it.

        Returns:
            The answer that will never leave for it (`AnswerQueue.put`); None where all will.
        """
        if asker.on_answer is not None:
            try:
                asker.on_answer(dict(document))
            except Exception:  # noqa: BLE001 - the rig's own work goes on
                _LOG.exception("an answer to %s was not taken", self.name)
            return None
        reply = self.make_message(asker, document)
        if before is not None:
            before(reply)
        return self._answers.put(reply, is_new=is_new)

    def make_message(
        self, asker: Asker, document: Mapping[str, object], *, is_notice: bool = False
    ) -> Message:
        """Return an answer as a message."""
        own = asker.own_result
        return make_answer(asker.message, document, self._topics, own, is_notice=is_notice)
