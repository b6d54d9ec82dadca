"""The operator's commands: name the coming shots, take one again."""

from __future__ import annotations

from typing import Any

from device.capture.request_queue import CaptureQueue
from device.capture.selection import Selection
from device.commands.command_desk import Command, CommandRefusedError
from device.contract.capture_request import CaptureRequest
from device.contract.command_payload import read_name, read_shot_id
from device.contract.garment_tag import GarmentTag
from device.delivery.command_intake import Asker
from device.shots.kept_shots import KeptShot, KeptShots


def make_select(selection: Selection) -> Command:
    """Return the command that names the coming shots (``schemas/select-request.json``)."""

    def select(request_id: str, fields: dict[str, Any], _: Asker) -> dict[str, Any]:
        tag = GarmentTag(*(read_name(fields, key, request_id) for key in ("sku", "view")))
        selection.select(tag)
        return {"sku": tag.sku, "view": tag.view}

    return Command("select", ("sku", "view"), select)


def make_retake(requests: CaptureQueue, kept: KeptShots) -> Command:
    """Return the command that takes a shot again (``schemas/retake-request.json``).

    It is answered as ``capture`` is, by the shot.
    """

    def retake(request_id: str, fields: dict[str, Any], asker: Asker) -> None:
        if fields.get("shot_id") is None:
            shot_id = next(reversed(kept.ids), None)
            if shot_id is None:
                raise CommandRefusedError("this rig has no shot that could be taken again")
        else:
            shot_id = read_shot_id(fields, request_id)
        shot = find_shot(kept, shot_id)
        requests.put(CaptureRequest(request_id, shot.sku, shot.view, replaces=shot_id), asker)

    return Command("retake", ("shot_id",), retake)


def find_shot(kept: KeptShots, shot_id: str) -> KeptShot:
    """Return a shot that the rig has.

    Raises:
        CommandRefusedError: it has it no more, or never had.
    """
    shot = kept.find(shot_id)
    if shot is None:
        raise CommandRefusedError(f"this rig does not have the shot {shot_id}, or no more")
    return shot
