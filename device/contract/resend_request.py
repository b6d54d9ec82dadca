"""Requests under ``command/resend`` and their results. Nothing in a request is trusted."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Literal

from device.contract.command_payload import BadRequestError, read_fields
from device.contract.names import is_name, is_shot_id
from device.contract.shot_id import format_stamp

FORMAT_VERSION = 1
MOST_IDS = 256
# So many ids of the longest rig names, and their quotes.
LARGEST_BYTES = 32_768
_KEYS = ("request_id", "ids", "sku", "since", "until")
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,6})?Z"
)

Code = Literal["accepted", "invalid", "busy", "refused"]


@dataclass(frozen=True, slots=True)
class ResendRequest:
    """A request for shots that were delivered before: by id, by SKU, or by time.

    Attributes:
        request_id: chosen by the client; the same id is worked on once.
        ids: of the shots; empty where they are asked for otherwise.
        sku: of their garment.
        since: the time of the first, in the form that a shot's id begins with.
        until: the time after the last, in the same form; None for no end.
    """

    request_id: str
    ids: tuple[str, ...] = ()
    sku: str | None = None
    since: str | None = None
    until: str | None = None


def parse_resend_request(payload: bytes) -> ResendRequest:
    """Read a request (``schemas/resend-request.json``).

    Raises:
        BadRequestError: it is too large, no JSON object, or asks for nothing or for two things.
    """
    request_id, fields = read_fields(payload, _KEYS, LARGEST_BYTES)
    ways = [key for key in ("ids", "sku", "since") if key in fields]
    if len(ways) != 1:
        raise BadRequestError("the request has one of ids, sku and since", request_id)
    if "until" in fields and ways != ["since"]:
        raise BadRequestError("until goes with since", request_id)
    if ways == ["ids"]:
        return ResendRequest(request_id, ids=_read_ids(fields["ids"], request_id))
    if ways == ["sku"]:
        if not is_name(fields["sku"]):
            raise BadRequestError("sku is not 1 to 64 letters, digits or ._-", request_id)
        return ResendRequest(request_id, sku=fields["sku"])
    since = _read_time(fields["since"], "since", request_id)
    until = _read_time(fields["until"], "until", request_id) if "until" in fields else None
    return ResendRequest(request_id, since=since, until=until)


def format_resend_result(
    request_id: str | None,
    code: Code,
    *,
    shots: int | None = None,
    waiting: int | None = None,
    missing: Sequence[str] | None = None,
    archive_from: str | None = None,
    error: str | None = None,
) -> dict[str, Any]:
    """Return the answer to a request (``schemas/resend-result.json``)."""
    document: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "request_id": request_id,
        "code": code,
    }
    if code == "accepted":
        document |= {
            "shots": shots,
            "waiting": waiting,
            "missing": list(missing or ()),
            "archive_from": archive_from,
        }
    if error is not None:
        document["error"] = error
    return document


def _read_ids(value: object, request_id: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_IDS:
        raise BadRequestError(f"ids is not a list of 1 to {MOST_IDS} ids of shots", request_id)
    if not all(map(is_shot_id, value)):
        raise BadRequestError("ids has an element that is no id of a shot", request_id)
    return tuple(dict.fromkeys(value))


def _read_time(value: object, key: str, request_id: str) -> str:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    moment = None
    if found is not None:
        *whole, fraction = found.groups()
        microseconds = int((fraction or ".0")[1:].ljust(6, "0"))
        year, month, day, hour, minute, second = map(int, whole)
        with contextlib.suppress(ValueError):  # The 31st of February, say.
            moment = datetime(
                *(year, month, day, hour, minute, second, microseconds), tzinfo=timezone.utc
            )
    if moment is None:
        raise BadRequestError(f"{key} is not a time such as 2026-11-30T09:00:00Z", request_id)
    return format_stamp(moment)
