"""What outlives the daemon: the spool, the ledger, and the list of a hot folder's photos."""

from __future__ import annotations

import contextlib
import json

from device.cameras.folder_memory import FolderMemory
from device.contract.capture_request import format_result
from device.errors import UsageError
from device.settings.config import Config
from device.shots.ledger import Ledger
from device.shots.spool import Spool, SpoolError, TornShotError


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
                answer = format_result(shot.request_id, "taken", shot_id=shot.id)
                ledger.remember(shot.request_id, answer)
    return spool, ledger


def open_memory(config: Config, spool: Spool) -> FolderMemory:
    """Open the list of a hot folder's photos that were shot.

    A crash may have come after the newest shot was spooled and before its photo was listed, so the
    photo is read from the spool.

    Args:
        config: names the state folder.
        spool: what waits for the broker.
    """
    newest, last = spool.newest, None
    if newest is not None:
        with contextlib.suppress(TornShotError):
            announcement = json.loads(spool.load(newest).announcement)
            last = (str(announcement["source"]), str(announcement["captured_at"]))
    return FolderMemory(config.state_dir / "hot-folder.jsonl", last)
