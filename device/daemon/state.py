"""What outlives the daemon: the spool, the ledger, and the list of a hot folder's photos."""

from __future__ import annotations

import contextlib
import logging
import time

from device.cameras.folder_memory import FolderMemory, NewestShot
from device.contract.capture_request import format_result
from device.errors import UsageError
from device.settings.config import Config
from device.shots.ledger import Ledger
from device.shots.spool import Spool, SpoolError
from device.shots.spooled_shot import SpooledShot, TornShotError, UnreadableShotError
from device.system.state_file import parse_object

_LOG = logging.getLogger(__name__)
_DAY_S = 86400.0
# A disk that fails once answers a moment later.
_READ_PAUSES_S = (0.1, 0.3, 1.0)


def open_state(config: Config) -> tuple[Spool, Ledger]:
    """Open the spool and the ledger, and write down the answer that a crash may have prevented.

    Args:
        config: names the state folder and the spool's limits.

    Raises:
        UsageError: the state folder cannot be used.
    """
    try:
        spool = Spool(
            config.state_dir,
            config.spool_max_mb * 1_000_000,
            config.spool_max_days * _DAY_S,
            archive_bytes=config.archive.max_mb * 1_000_000,
            archive_age_s=config.archive.max_days * _DAY_S,
        )
        ledger = Ledger(config.state_dir, spool.newest_serial, spool.archive.give_way)
    except SpoolError as error:
        raise UsageError(str(error)) from error
    shot = _load_newest(spool)
    if shot is not None and shot.request_id is not None and not ledger.answer(shot.request_id):
        verdict = _summarise(parse_object(shot.announcement).get("verdict"))
        answer = format_result(shot.request_id, "taken", shot_id=shot.id, verdict=verdict)
        with contextlib.suppress(SpoolError):  # It is known to this run, and written with the next.
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
    return FolderMemory(
        config.state_dir / "hot-folder.jsonl", _find_newest_photo(spool), spool.archive.give_way
    )


def _find_newest_photo(spool: Spool) -> NewestShot | None:
    shot = _load_newest(spool)
    if shot is None:
        return None
    known = parse_object(shot.announcement)
    # Shots of other versions may lack them.
    source, sha256 = (known.get(key) for key in ("source", "source_sha256"))
    if isinstance(source, str) and isinstance(sha256, str):
        return NewestShot(source, sha256)
    return None


def _load_newest(spool: Spool) -> SpooledShot | None:
    """Return the newest shot that waits; None where there is none that is whole."""
    newest = spool.newest
    if newest is None:
        return None
    for pause_s in (*_READ_PAUSES_S, None):
        try:
            return spool.load(newest)
        except TornShotError:  # noqa: PERF203 - each try is its own
            return None  # Delivery puts it aside.
        except UnreadableShotError as error:
            if pause_s is None:
                _LOG.warning("%s: what it shows may be shot again", error)
                return None
            time.sleep(pause_s)
    return None
