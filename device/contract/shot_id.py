"""Identifiers of shots, and their times."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_SERIAL = re.compile(r"-([0-9]+)$")


def format_shot_id(seen_at: datetime, rig: str, serial: int) -> str:
    """Return the id of a shot: ``20261122T144800123Z-RIG-0001``."""
    utc = seen_at.astimezone(timezone.utc)
    return f"{utc:%Y%m%dT%H%M%S}{utc.microsecond // 1000:03d}Z-{rig}-{serial:04d}"


def parse_serial(identifier: str) -> int:
    """Return the serial number at the end of a shot id; 0 if it has none."""
    found = _SERIAL.search(identifier)
    return 0 if found is None else int(found.group(1))


def order_shots(shot_id: str) -> tuple[int, str]:
    """Return the key that sorts shots as they were taken, also where the clock jumped."""
    return parse_serial(shot_id), shot_id


def parse_rig(shot_id: str) -> str:
    """Return the rig that an id names."""
    return shot_id.partition("Z-")[2].rpartition("-")[0]


def format_time(moment: datetime) -> str:
    """Return a time as every message has it: UTC, milliseconds, ``Z``."""
    utc = moment.astimezone(timezone.utc)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
