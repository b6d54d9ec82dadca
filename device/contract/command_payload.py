"""What all commands have in common. Nothing in one is trusted."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from device.contract.names import is_name, is_shot_id
from device.contract.text import strip_unprintable
from device.errors import WorkError

_LONGEST_SHOWN = 40


class BadRequestError(WorkError):
    """The request cannot be understood.

    Attributes:
        request_id: of the request, if that could be read, else None.
        details: what the answer says beside the sentence.
    """

    def __init__(self, sentence: str, request_id: str | None = None) -> None:
        super().__init__(sentence)
        self.request_id = request_id
        self.details: dict[str, object] = {}


def read_fields(
    payload: bytes, keys: Sequence[str], largest_bytes: int, *, makes_id: bool = False
) -> tuple[str, dict[str, Any]]:
    """Return the request id and the fields of a command, before their values are checked.

    Args:
        payload: of the message.
        keys: those that the command knows.
        largest_bytes: a larger payload is not even looked at.
        makes_id: whether a command without a request id, or without a payload, gets an id here:
            each time another, so that it is worked on each time it comes.

    Raises:
        BadRequestError: it is too large, no JSON object, without a request id, or has other keys.
    """
    if len(payload) > largest_bytes:
        raise BadRequestError(f"a request has at most {largest_bytes} bytes, not {len(payload)}")
    try:
        fields = {} if makes_id and not payload else json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("the request is not JSON") from error
    if not isinstance(fields, dict):
        raise BadRequestError('the request is not a JSON object such as {"request_id": "a1"}')
    request_id = fields.get("request_id")
    if makes_id and request_id is None:
        request_id = f"rig-{secrets.token_hex(8)}"
    if not isinstance(request_id, str) or not is_name(request_id):
        raise BadRequestError("request_id is missing or is not 1 to 64 letters, digits or ._-")
    unknown = sorted(set(fields).difference(keys))
    if unknown:
        shown = strip_unprintable(unknown[0], _LONGEST_SHOWN)
        raise BadRequestError(
            f'the request has the unknown key "{shown}": its keys are {", ".join(keys)}',
            request_id,
        )
    return request_id, fields


def read_name(fields: Mapping[str, Any], key: str, request_id: str) -> str | None:
    """Return a SKU or a view out of a command; None where it is left out or null.

    Raises:
        BadRequestError: it is no name.
    """
    value = fields.get(key)
    if value is None:
        return None
    if not is_name(value):
        raise BadRequestError(f"{key} is not 1 to 64 letters, digits or ._-", request_id)
    return str(value)


def read_shot_id(fields: Mapping[str, Any], request_id: str) -> str:
    """Return the shot that a command is about.

    Raises:
        BadRequestError: it names none.
    """
    shot_id = fields.get("shot_id")
    if not is_shot_id(shot_id):
        raise BadRequestError("shot_id is missing or is no id of a shot", request_id)
    return str(shot_id)
