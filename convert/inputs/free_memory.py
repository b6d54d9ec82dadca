"""How much memory a picture may take before the system ends the program."""

from __future__ import annotations

import resource
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")


def measure_free_memory_bytes() -> int | None:
    """Return what this process can still take, or None where the system does not say.

    The least of what the system has available, what the limits of its control groups leave, and
    what `ulimit -v` leaves.
    """
    left = [*_measure_available(), *_measure_groups(), *_measure_address_space()]
    return min(left, default=None)


def _measure_available() -> list[int]:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except (OSError, ValueError):
        return []
    return [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]


def _measure_groups() -> list[int]:
    """Return what each control group above this process leaves (cgroup v2)."""
    try:
        own = Path("/proc/self/cgroup").read_text("utf-8").strip().rpartition("::")[2]
    except (OSError, ValueError):
        return []
    group = _CGROUPS / own.lstrip("/")
    return [
        left
        for folder in (group, *group.parents)
        if folder.is_relative_to(_CGROUPS)
        for left in _measure_group(folder)
    ]


def _measure_group(folder: Path) -> list[int]:
    try:
        limit = (folder / "memory.max").read_text("ascii").strip()
        if limit == "max":
            return []
        used = int((folder / "memory.current").read_text("ascii"))
        # Pages of files are given back where memory runs short.
        for line in (folder / "memory.stat").read_text("ascii").splitlines():
            if line.startswith("inactive_file "):
                used -= int(line.split()[1])
        return [max(0, int(limit) - used)]
    except (OSError, ValueError):
        return []


def _measure_address_space() -> list[int]:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return []
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return []
    return [max(0, limit - pages * resource.getpagesize())]
