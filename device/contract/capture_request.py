"""What comes in under ``command/capture``, and what goes back. Nothing in it is trusted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from device.contract.names import is_name
from device.contract.text import strip_unprintable
from device.errors import WorkError

FORMAT_VERSION = 1
_LARGEST_BYTES = 4096
_KEYS = ("request_id", "sku", "view")
_LONGEST_SHOWN = 40

Code = Literal["received", "taken", "invalid", "busy", "refused"]


class BadRequestError(WorkError):
    """The request cannot be understood.

    Attributes:
        request_id: the request's id if at least that could be read, else None.
    """

    def __init__(self, sentence: str, request_id: str | None = None) -> None:
        super().__init__(sentence)
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """A wish for one shot.

    Attributes:
        request_id: the asker's name for the wish; the same name is worked on once.
        sku: for the shot's label.
        view: for the shot's label.
    """

    request_id: str
    sku: str | None = None
    view: str | None = None


def parse_request(payload: bytes) -> CaptureRequest:
    """Read a request.

    Raises:
        BadRequestError: it is too large, no JSON object, or a name in it cannot be used.
    """
    if len(payload) > _LARGEST_BYTES:
        raise BadRequestError(f"a request has at most {_LARGEST_BYTES} bytes, not {len(payload)}")
    try:
        fields = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("the request is not JSON") from error
    if not isinstance(fields, dict):
        raise BadRequestError('the request is not a JSON object such as {"request_id": "a1"}')
    request_id = fields.get("request_id")
    if not isinstance(request_id, str) or not is_name(request_id):
        raise BadRequestError("request_id is missing or is not 1 to 64 letters, digits or ._-")
    unknown = sorted(set(fields).difference(_KEYS))
    if unknown:
        shown = strip_unprintable(unknown[0], _LONGEST_SHOWN)
        raise BadRequestError(
            f'the request has the unknown key "{shown}": its keys are {", ".join(_KEYS)}',
            request_id,
        )
    return CaptureRequest(
        request_id, _name(fields, "sku", request_id), _name(fields, "view", request_id)
    )


def format_result(
    request_id: str | None, code: Code, *, shot_id: str | None = None, error: str | None = None
) -> dict[str, Any]:
    """The answer to a request (``schemas/capture-result.json``)."""
    document: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "request_id": request_id,
        "code": code,
    }
    if shot_id is not None:
        document["shot_id"] = shot_id
    if error is not None:
        document["error"] = error
    return document


def _name(fields: dict[str, Any], key: str, request_id: str) -> str | None:
    value = fields.get(key)
    if value is None:
        return None
    if not is_name(value):
        raise BadRequestError(f"{key} is not 1 to 64 letters, digits or ._-", request_id)
    return str(value)
