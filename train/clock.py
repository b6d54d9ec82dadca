"""The time that is written into files."""

from __future__ import annotations

import os
from datetime import datetime, timezone


def read_file_time() -> datetime:
    """Return the time to write down, in UTC.

    ``SOURCE_DATE_EPOCH`` gives it instead of the clock, in seconds, as
    https://reproducible-builds.org/specs/source-date-epoch/ has it: two runs then write the same.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    seconds = int(given) if given.isdecimal() else None
    return (
        datetime.now(timezone.utc)
        if seconds is None
        else datetime.fromtimestamp(seconds, timezone.utc)
    )
