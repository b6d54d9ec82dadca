"""The machine, in words, for pages of measurements."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def describe_machine() -> str:
    """Return cores, processor, architecture and the load of the last minute."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores of {_read_processor()}, {platform.machine()}, load {load:.1f}"


def _read_processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    # x86 names the processor in each core's entry, Arm boards the whole board in the last line.
    for key in ("model name", "Model"):
        for line in lines:
            name, _, value = line.partition(":")
            if name.strip() == key:
                return value.strip()
    return platform.processor() or "an unknown processor"
