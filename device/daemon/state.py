"""What outlives the daemon: the spool, the ledger, and the list of a hot folder's photos."""

from __future__ import annotations

import contextlib

from device.cameras.folder_memory import FolderMemory, NewestShot
from device.contract.capture_request import format_result
from device.errors import UsageError
from device.settings.config import Config
from device.shots.ledger import Ledger
from device.shots.spool import Spool, SpoolError, TornShotError
from device.system.state_file import parse_object


def open_state(config: Config) -> tuple[Spool, Ledger]:
    """Open the spool and the ledger, and write down the answer that a crash may have prevented.

    Args:
        config: names the state folder and the spool's limits.

    Raises:
        UsageError: the state folder cannot be used.
    """
    try:
        max_bytes, max_age_s = config.spool_max_mb * 1_000_000, config.spool_max_days * 86400
        spool = Spool(config.state_dir, max_bytes, max_age_s)
        ledger = Ledger(config.state_dir, spool.newest_serial)
    except SpoolError as error:
        raise UsageError(str(error)) from error
    newest = spool.newest
    if newest is not None:
        with contextlib.suppress(TornShotError, SpoolError):
            shot = spool.load(newest)
            if shot.request_id is not None and ledger.answer(shot.request_id) is None:
                verdict = parse_object(shot.announcement).get("verdict")
                answer = format_result(
                    shot.request_id, "taken", shot_id=shot.id, verdict=_summarise(verdict)
                )
                ledger.remember(shot.request_id, answer)
    return spool, ledger


def _summarise(verdict: object) -> dict[str, object] | None:
    """Return what an answer has of an announcement's verdict; None where that has less."""
    keys = ("state", "reasons", "advice")
    if not isinstance(verdict, dict) or not verdict.keys() >= set(keys):
        return None
    return {key: verdict[key] for key in keys}


def open_memory(config: Config, spool: Spool) -> FolderMemory:
    """Open the list of a hot folder's photos that were shot.

    A crash may have come after the newest shot was spooled and before its photo was listed, so the
    photo is read from the spool.

    Args:
        config: names the state folder.
        spool: what waits for the broker.
    """
    return FolderMemory(config.state_dir / "hot-folder.jsonl", _find_newest_photo(spool))


def _find_newest_photo(spool: Spool) -> NewestShot | None:
    if spool.newest is None:
        return None
    try:
        known = parse_object(spool.load(spool.newest).announcement)
    except TornShotError:
        return None
    # Shots of other versions may lack them.
    source, sha256 = (known.get(key) for key in ("source", "source_sha256"))
    if isinstance(source, str) and isinstance(sha256, str):
        return NewestShot(source, sha256)
    return None
