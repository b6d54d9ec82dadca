"""The operator's commands: name the coming shots, take one again, decide about one."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from device.capture.request_queue import CaptureQueue
from device.capture.selection import Selection
from device.commands.command_desk import Command, CommandRefusedError
from device.contract.capture_request import CaptureRequest
from device.contract.command_payload import BadRequestError, read_name, read_shot_id
from device.contract.garment_tag import GarmentTag
from device.contract.review import LONGEST_REASON, Review, State
from device.contract.shot_id import format_time, parse_rig, parse_serial
from device.contract.text import strip_unprintable
from device.delivery.command_intake import Asker
from device.shots.kept_shots import KeptShot, KeptShots
from device.shots.ledger import Ledger
from device.shots.review_book import ReviewBook


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


def make_review(
    name: str, state: State, rig: str, book: ReviewBook, kept: KeptShots, ledger: Ledger
) -> Command:
    """Return the command that decides about a shot (``schemas/review-request.json``).

    The shot may have left the archive: its id says that this rig took it.

    Args:
        name: of the command.
        state: what it decides.
        rig: the rig's name.
        book: keeps the decision.
        kept: the shots that the rig has.
        ledger: knows which numbers were given to shots.
    """

    def review(request_id: str, fields: dict[str, Any], _: Asker) -> dict[str, Any]:
        shot_id = read_shot_id(fields, request_id)
        reason = _read_reason(fields, request_id)
        shot = kept.find(shot_id)
        is_ours = parse_rig(shot_id) == rig and parse_serial(shot_id) <= ledger.serial
        if shot is None and not is_ours:
            raise CommandRefusedError(f"this rig has never taken the shot {shot_id}")
        sku, view = (None, None) if shot is None else (shot.sku, shot.view)
        reviewed_at = format_time(datetime.now(timezone.utc))
        book.add(Review(shot_id, state, reviewed_at, reason, sku, view))
        return {"shot_id": shot_id, "state": state}

    return Command(name, ("shot_id", "reason"), review)


def _read_reason(fields: dict[str, Any], request_id: str) -> str | None:
    reason = fields.get("reason")
    if reason is None:
        return None
    if not isinstance(reason, str) or not 0 < len(reason.strip()) <= LONGEST_REASON:
        sentence = f"reason is not a text of 1 to {LONGEST_REASON} characters"
        raise BadRequestError(sentence, request_id)
    return strip_unprintable(reason.strip())


def find_shot(kept: KeptShots, shot_id: str) -> KeptShot:
    """Return a shot that the rig has.

    Raises:
        CommandRefusedError: it has it no more, or never had.
    """
    shot = kept.find(shot_id)
    if shot is None:
        raise CommandRefusedError(f"this rig does not have the shot {shot_id}, or no more")
    return shot
