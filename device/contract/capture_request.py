"""Requests under ``command/capture`` and their results. Nothing in a request is trusted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from device.contract.names import is_name
from device.contract.text import strip_unprintable
from device.errors import WorkError

FORMAT_VERSION = 1
# Three names of 64 letters and their keys fit a dozen times.
_LARGEST_BYTES = 4096
_KEYS = ("request_id", "sku", "view")
_LONGEST_SHOWN = 40

Code = Literal["received", "taken", "invalid", "busy", "refused"]


class BadRequestError(WorkError):
    """The request cannot be understood.

    Attributes:
        request_id: of the request, if that could be read, else None.
    """

    def __init__(self, sentence: str, request_id: str | None = None) -> None:
        super().__init__(sentence)
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """A request for one shot.

    Attributes:
        request_id: chosen by the client; the same id is worked on once.
        sku: of the garment, if the client knows it.
        view: ``front``, ``back``, …, if the client knows it.
    """

    request_id: str
    sku: str | None = None
    view: str | None = None


def parse_request(payload: bytes) -> CaptureRequest:
    """Read a request (``schemas/capture-request.json``).

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
        request_id, _read_name(fields, "sku", request_id), _read_name(fields, "view", request_id)
    )


def format_result(
    request_id: str | None,
    code: Code,
    *,
    shot_id: str | None = None,
    verdict: Mapping[str, object] | None = None,
    error: str | None = None,
) -> dict[str, Any]:
    """Return the answer to a request (``schemas/capture-result.json``)."""
    document: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "request_id": request_id,
        "code": code,
    }
    if shot_id is not None:
        document["shot_id"] = shot_id
    if verdict is not None:
        document["verdict"] = dict(verdict)
    if error is not None:
        document["error"] = error
    return document


def _read_name(fields: dict[str, Any], key: str, request_id: str) -> str | None:
    value = fields.get(key)
    if value is None:
        return None
    if not is_name(value):
        raise BadRequestError(f"{key} is not 1 to 64 letters, digits or ._-", request_id)
    return str(value)
