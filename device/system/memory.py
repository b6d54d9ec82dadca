"""Memory of the board and of this process."""

from __future__ import annotations

import contextlib
from pathlib import Path


def measure_memory() -> dict[str, int]:
    """What the process has of the machine's memory now, and the most it ever had.

    Not the system's resource usage: a process inherits that from who started it.
    """
    found = {"memory_bytes": 0, "peak_memory_bytes": 0}
    names = {"VmRSS:": "memory_bytes", "VmHWM:": "peak_memory_bytes"}
    with contextlib.suppress(OSError):  # Only Linux tells.
        for line in Path("/proc/self/status").read_text("utf-8", "replace").splitlines():
            name, *values = line.split()
            if name in names:
                found[names[name]] = int(values[0]) * 1024  # proc(5) counts in KiB.
    return found
