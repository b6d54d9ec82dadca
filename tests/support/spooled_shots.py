"""Shots put into a spool, for tests and for processes that they start and kill."""

from __future__ import annotations

import hashlib
import json

from device.contract.content_type import PNG_SIGNATURE
from device.shots.spool import Spool

PICTURE = PNG_SIGNATURE + b"picture"


def make_shot_id(serial: int, second: int = 0, rig: str = "rig") -> str:
    """Return a shot id with this serial number, taken at this second of a fixed minute."""
    return f"20261122T1448{second:02d}123Z-{rig}-{serial:04d}"


def add_shot(spool: Spool, shot_id: str, picture: bytes = PICTURE, **fields: object) -> bytes:
    """Add a shot to a spool, release it, and return its announcement."""
    document = {
        "id": shot_id,
        "rig": shot_id.partition("Z-")[2].rpartition("-")[0],
        "sha256": hashlib.sha256(picture).hexdigest(),
        "request_id": None,
        **fields,
    }
    announcement = json.dumps(document).encode()
    spool.add(shot_id, picture, announcement)
    spool.release(shot_id)
    return announcement
