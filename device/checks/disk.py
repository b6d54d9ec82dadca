"""Check of the disk that holds the spool."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from device.checks.finding import Finding

# A large shot is 20 MB: with less, ten do not fit.
FAIL_BELOW_MB = 200
# A working day without broker, at a shot of 4 MB a minute.
WARN_BELOW_MB = 2000


def check_disk(state_dir: Path) -> Finding:
    """Write and sync a small file where the spool lies, and check the free space."""
    place = state_dir
    while not os.path.lexists(place) and place != place.parent:
        place = place.parent
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".selvedge-doctor-") as file:
            file.write(b"written by device.doctor")
            file.flush()
            os.fsync(file.fileno())
        free_mb = shutil.disk_usage(place).free // 1_000_000
    except OSError as error:
        return Finding(
            "disk",
            "FAIL",
            f"{place} cannot be written ({error.strerror or error})",
            "give this user rights on it, or another folder with --state-dir",
        )
    detail = f"{state_dir} {'is' if place == state_dir else 'can be'} written, {free_mb} MB free"
    if free_mb < WARN_BELOW_MB:
        level = "FAIL" if free_mb < FAIL_BELOW_MB else "warn"
        mend = "free space: shots wait there while the broker is away"
        return Finding("disk", "FAIL" if level == "FAIL" else "warn", detail, mend)
    return Finding("disk", "ok", detail)
