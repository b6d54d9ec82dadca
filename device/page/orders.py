"""What the page asks of the rig: the commands that MQTT has too, from inside the process."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

OnAnswer = Callable[[dict[str, Any]], object]
Ask = Callable[[str, bytes, OnAnswer], object]
"""Takes in a command: its name, its payload, and who gets the answer; `KeyError` for no command."""

# A large still on a slow board, behind a few others.
_LONGEST_S = 60.0
_NAME = re.compile("[a-z-]{1,32}")


class UnknownOrderError(Exception):
    """There is no such command."""


async def give_order(ask: Ask, name: str, payload: bytes) -> dict[str, Any]:
    """Hand a command to the rig and wait for its answer, on the page's thread.

    Args:
        ask: takes it in.
        name: of the command, unchecked.
        payload: its JSON, unchecked.

    Returns:
        The answer, or code ``received`` where it takes longer than anybody waits.

    Raises:
        UnknownOrderError: there is no such command.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[dict[str, Any]] = loop.create_future()

    def settle(answer: dict[str, Any]) -> None:
        if not future.done():
            future.set_result(answer)

    def on_answer(answer: dict[str, Any]) -> None:  # On whichever thread has it.
        with suppress(RuntimeError):  # The page is closing.
            loop.call_soon_threadsafe(settle, answer)

    if not _NAME.fullmatch(name):
        raise UnknownOrderError
    try:
        # Some are worked on at once and wait for the disk: the live pictures go on meanwhile.
        await asyncio.to_thread(ask, name, payload, on_answer)
    except KeyError as error:
        raise UnknownOrderError from error
    try:
        return await asyncio.wait_for(future, _LONGEST_S)
    except asyncio.TimeoutError:
        return {"request_id": _read_id(payload), "code": "received"}


def _read_id(payload: bytes) -> str | None:
    with suppress(ValueError):
        found = json.loads(payload)
        if isinstance(found, dict) and isinstance(found.get("request_id"), str):
            return str(found["request_id"])
    return None
