"""Memory of the board and of this process."""

from __future__ import annotations

import contextlib
from pathlib import Path


def measure_memory() -> dict[str, int]:
    """Return the resident memory of this process now, and the most it ever had, in bytes.

    Not from getrusage(2), whose maximum a process inherits from its parent.
    """
    found = {"memory_bytes": 0, "peak_memory_bytes": 0}
    names = {"VmRSS:": "memory_bytes", "VmHWM:": "peak_memory_bytes"}
    with contextlib.suppress(OSError):  # Only Linux has it.
        for line in Path("/proc/self/status").read_text("utf-8", "replace").splitlines():
            name, *values = line.split()
            if name in names:
                found[names[name]] = int(values[0]) * 1024  # proc(5) counts in KiB.
    return found
