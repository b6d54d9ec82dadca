"""Identifiers of shots, and their times."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_SERIAL = re.compile(r"-([0-9]+)$")


def format_shot_id(seen_at: datetime, rig: str, serial: int) -> str:
    """Return the id of a shot: ``20261122T144800123Z-RIG-0001``."""
    return f"{format_stamp(seen_at)}-{rig}-{serial:04d}"


def format_stamp(moment: datetime) -> str:
    """Return a time as a shot's id begins with it: ``20261122T144800123Z``; it sorts by time."""
    utc = moment.astimezone(timezone.utc)
    return f"{utc.year:04d}{utc:%m%dT%H%M%S}{utc.microsecond // 1000:03d}Z"


def parse_stamp(shot_id: str) -> str:
    """Return the time that a shot's id begins with, in the form of `format_stamp`."""
    return shot_id.partition("-")[0]


def spell_stamp(shot_id: str) -> str:
    """Return the time that a shot's id begins with as messages have it (`format_time`)."""
    day, _, clock = parse_stamp(shot_id).partition("T")
    time = f"{clock[:2]}:{clock[2:4]}:{clock[4:6]}.{clock[6:9]}Z"
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}T{time}"


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
