"""A point in time on the command line."""

from __future__ import annotations

import argparse
import re
from datetime import datetime, timedelta, timezone

_AGO = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def past_time(text: str) -> datetime:
    """Return a time that is over: ``2h`` ago, or in ISO 8601; an argparse type.

    A time without a zone is this machine's.
    """
    now = datetime.now(timezone.utc)
    ago = _AGO.fullmatch(text.strip())
    try:
        if ago is not None:
            return now - timedelta(**{_UNITS[ago.group(2)]: float(ago.group(1))})
        # Python before 3.11 does not know Z.
        moment = datetime.fromisoformat(re.sub("[Zz]$", "+00:00", text.strip())).astimezone(
            timezone.utc
        )
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: give 2h or 1d, or one such as 2026-11-30T09:00"
        ) from None
    if moment > now:
        raise argparse.ArgumentTypeError(f"{text!r} is not over yet")
    return moment
