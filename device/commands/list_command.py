"""The command for the shot list."""

from __future__ import annotations

from typing import Any

from device.commands.command_desk import Command, CommandRefusedError
from device.contract.command_payload import BadRequestError
from device.contract.text import strip_unprintable
from device.delivery.answer_queue import AnswerQueue
from device.delivery.command_intake import Asker
from device.shot_list.csv_table import LARGEST_BYTES, ListRow, ShotListError, read_table
from device.shot_list.shot_list import ShotList
from device.shots.ledger import Ledger

_KEYS = ("csv", "name", "reset", "clear", "export")
# Quotes and line ends take two bytes each in JSON.
_LARGEST_REQUEST_BYTES = LARGEST_BYTES + LARGEST_BYTES // 8
# Each export may have megabytes, and answers wait in memory.
_MOST_WAITING = 8


def make_list(shot_list: ShotList, rig: str, ledger: Ledger, answers: AnswerQueue) -> Command:
    """Return the command that loads, ends, shows or exports the list (``list-request.json``)."""

    def work(request_id: str, fields: dict[str, Any], _: Asker) -> dict[str, Any]:
        csv, name = _read_texts(fields, request_id)
        if csv is not None:
            rows = _read_rows(csv, request_id)
            reset = bool(fields.get("reset"))
            shot_list.load(rows, name, serial=ledger.serial, reset=reset)
        elif fields.get("clear"):
            shot_list.load((), None, serial=ledger.serial)
        found: dict[str, Any] = {"list": shot_list.describe(rig)}
        if fields.get("export"):
            if len(answers) >= _MOST_WAITING:
                raise CommandRefusedError("too many answers wait: ask for the export again")
            found["csv"] = shot_list.export().decode("utf-8-sig")
        return found

    return Command("list", _KEYS, work, _LARGEST_REQUEST_BYTES)


def _read_texts(fields: dict[str, Any], request_id: str) -> tuple[str | None, str | None]:
    """Return the CSV and the name of a list, once all fields are what they should be."""
    for key in ("reset", "clear", "export"):
        if not isinstance(fields.get(key, False), bool):
            raise BadRequestError(f"{key} is neither true nor false", request_id)
    csv, name = fields.get("csv"), fields.get("name")
    if not all(each is None or isinstance(each, str) for each in (csv, name)):
        raise BadRequestError("csv or name is no text", request_id)
    if csv is not None and fields.get("clear"):
        raise BadRequestError("csv loads a list and clear ends one: send either", request_id)
    return csv, None if name is None else strip_unprintable(name, 80)


def _read_rows(csv: str, request_id: str) -> tuple[ListRow, ...]:
    try:
        return read_table(csv.encode("utf-8", "replace"))
    except ShotListError as error:
        refusal = BadRequestError(str(error), request_id)
        refusal.details["faults"] = list(error.faults)
        raise refusal from error
