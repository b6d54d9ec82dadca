"""Check of the clock, by which shots are named and sorted."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from device.checks.finding import Finding
from device.contract.shot_id import format_time
from device.system.clock import Clock


def check_clock(state_dir: Path) -> Finding:
    """Compare the clock with this version's release and the latest time that the rig has seen."""
    trouble = Clock(state_dir).find_trouble()
    if trouble is not None:
        detail, _, mend = trouble.rpartition(": ")
        return Finding("clock", "warn", detail, mend)
    return Finding("clock", "ok", format_time(datetime.now(timezone.utc)))
