"""When a photo was taken: by its own Exif, else by the file's time of last change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from PIL import Image

_EXIF = 0x8769
# Exif 2.32, 4.6.5: when the picture was taken, else when it was digitised.
_TIMES = ((0x9003, 0x9291), (0x9004, 0x9292))
_OFFSETS = (0x9011, 0x9012, 0x9010)
_TIME = re.compile(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_YEARS = range(1990, 2100)
"""No digital camera is older, and a later year is a camera's clock that was never set."""
_WRITABLE_YEARS = range(1000, 10000)
"""Years of four digits, as messages have them."""


def read_exif_time(exif: Image.Exif) -> datetime | None:
    """Return the time that a photo's Exif names, UTC; None where it names none that can be.

    Without an offset it is taken as this machine's local time: cameras are set to the studio's.
    """
    try:
        tags = exif.get_ifd(_EXIF)
        for time_tag, fraction_tag in _TIMES:
            found = _parse_time(tags, time_tag, fraction_tag)
            if found is not None:
                return found.astimezone(timezone.utc)
    except Exception:  # noqa: BLE001 - Pillow raises anything over damaged Exif, which says nothing.
        return None
    return None


def read_change_time(path: Path) -> datetime:
    """Return a file's time of last change, UTC; now where no calendar has it."""
    try:
        changed_at = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    except (OverflowError, ValueError):  # File systems hold years before 0 and after 9999.
        return datetime.now(timezone.utc)
    return changed_at if changed_at.year in _WRITABLE_YEARS else datetime.now(timezone.utc)


def _parse_time(tags: Mapping[int, object], time_tag: int, fraction_tag: int) -> datetime | None:
    match = _TIME.match(str(tags.get(time_tag, "")))
    if match is None or int(match.group(1)) not in _YEARS:
        return None
    digits = re.match(r"\d{1,6}", str(tags.get(fraction_tag, "")).strip())
    fraction = timedelta(seconds=float(f"0.{digits.group()}")) if digits else timedelta()
    year, month, day, hour, minute, second = (int(part) for part in match.groups())
    taken = datetime(year, month, day, hour, minute, second) + fraction  # noqa: DTZ001 - see below
    for tag in _OFFSETS:
        offset = _OFFSET.match(str(tags.get(tag, "")))
        if offset is not None and int(offset.group(2)) <= 14:
            shift = timedelta(hours=int(offset.group(2)), minutes=int(offset.group(3)))
            return taken.replace(tzinfo=timezone(-shift if offset.group(1) == "-" else shift))
    return taken.astimezone()
