"""Asks rigs to send again what a subscriber missed."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from device.contract.message import Message, make_json_message
from device.contract.names import is_name
from device.contract.shot_id import format_time
from device.contract.text import format_count, strip_unprintable
from device.contract.topics import Topics
from device.publishers.publisher import Publisher

OpenConnection = Callable[[tuple[str, ...], Callable[[Message], None]], Publisher]
# Retained statuses come at once; a rig answers within a second, one that looks for a while later.
_STATUS_S = 1.5
_ANSWER_S = 15.0


class _Heard:
    """What rigs say, taken in on the network thread."""

    def __init__(self, prefix: str) -> None:
        self.states: dict[str, str] = {}
        self.answers: dict[str, dict[str, object]] = {}  # By request id.
        self._prefix = prefix
        self._changed = threading.Condition()

    def receive(self, message: Message) -> None:
        """Take in a status or an answer; anything else is passed over."""
        levels = message.topic[len(self._prefix) + 1 :].split("/")
        try:
            document = json.loads(message.payload)
        except (ValueError, RecursionError):
            return
        if not isinstance(document, dict) or not is_name(levels[0]):
            return
        with self._changed:
            if levels[1:] == ["status"]:
                self.states[levels[0]] = str(document.get("state"))
            elif levels[1:] == ["command", "resend", "result"]:
                self.answers[str(document.get("request_id"))] = document
            self._changed.notify_all()

    def wait_for_answers(self, wanted: set[str], timeout_s: float) -> None:
        """Wait until all of these requests are answered, or the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: wanted <= self.answers.keys(), timeout_s)


def ask_for_missed(
    open_connection: OpenConnection, prefix: str, rig: str | None, since: datetime
) -> list[str]:
    """Ask every rig that is online, or one, for its shots since a time.

    The answers come on a connection of its own, whose subscriptions end with it; the shots come
    where the caller has subscribed.

    Args:
        open_connection: makes a connection with these subscriptions, not connected yet.
        prefix: first levels of every topic.
        rig: the one to ask; None asks all.
        since: when the first was taken.

    Returns:
        One sentence for each rig, and one where there is none.

    Raises:
        BrokerRefusedError: the broker refused the connection.
        BrokerUnreachableError: it does not answer.
    """
    heard, topics = _Heard(prefix), Topics(prefix, rig or "+")
    subscriptions = (topics.status, topics.resend_result)
    with closing(open_connection(subscriptions, heard.receive)) as connection:
        connection.connect(5.0)
        time.sleep(_STATUS_S)
        states = dict(heard.states) if rig is None else {rig: heard.states.get(rig, "online")}
        asked = {name: secrets.token_hex(8) for name, state in states.items() if state == "online"}
        for name, request_id in asked.items():
            request = {"request_id": request_id, "since": format_time(since)}
            connection.publish(make_json_message(Topics(prefix, name).resend, request, qos=1), 5.0)
        heard.wait_for_answers(set(asked.values()), _ANSWER_S)
    away = [
        f"{name} is {strip_unprintable(state, 20)}: start it, and ask again"
        for name, state in sorted(states.items())
        if name not in asked
    ]
    answered = [_describe(name, heard.answers.get(asked[name])) for name in sorted(asked)]
    return answered + away or [f"no rig has a status under {prefix}: none was asked"]


def _describe(name: str, answer: dict[str, object] | None) -> str:
    if answer is None:
        return (
            f"{name} did not answer within {_ANSWER_S:g} s: it may be of an earlier version, or the"
            " broker's access rules do not let it (docs/subscribers.md)"
        )
    if answer.get("code") != "accepted":
        return strip_unprintable(f"{name} sends nothing again: {answer.get('error')}")
    number = answer.get("shots")
    shots = format_count(number, "shot") if isinstance(number, int) else "shots"
    return strip_unprintable(
        f"{name} sends {shots} again; its archive begins at {answer.get('archive_from') or 'none'}"
    )
