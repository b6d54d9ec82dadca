"""Requests under ``command/capture`` and their results. Nothing in a request is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from device.contract.command_payload import read_fields, read_name

FORMAT_VERSION = 1
# Three names of 64 letters and their keys fit a dozen times.
LARGEST_BYTES = 4096
_KEYS = ("request_id", "sku", "view")

Code = Literal["received", "taken", "invalid", "busy", "refused"]


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """A request for one shot.

    Attributes:
        request_id: chosen by the client, or by the rig; the same id is worked on once.
        sku: of the garment, if the client knows it.
        view: ``front``, ``back``, …, if the client knows it.
        replaces: the shot that is taken again, whose SKU and view these are.
    """

    request_id: str
    sku: str | None = None
    view: str | None = None
    replaces: str | None = None


def parse_request(payload: bytes) -> CaptureRequest:
    """Read a request (``schemas/capture-request.json``).

    Raises:
        BadRequestError: it is too large, no JSON object, or a name in it cannot be used.
    """
    request_id, fields = read_fields(payload, _KEYS, LARGEST_BYTES, makes_id=True)
    return CaptureRequest(
        request_id, read_name(fields, "sku", request_id), read_name(fields, "view", request_id)
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
