"""How much memory this process may still take: of the machine, of its control group, by ulimit."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_CGROUPS = Path("/sys/fs/cgroup")


def measure_free_memory_bytes(proc: Path = _PROC, cgroups: Path = _CGROUPS) -> int | None:
    """Return the bytes that are free, by whatever limit is nearest; None where nothing says.

    Args:
        proc: where proc(5) is.
        cgroups: where the control groups are, of version 2 or 1.
    """
    limits = [*_read_machine(proc), *_read_groups(proc, cgroups), *_read_rlimits(proc)]
    return max(0, min(limits)) if limits else None


def _read_machine(proc: Path) -> Iterator[int]:
    found = _read_sizes(proc / "meminfo")
    if "MemAvailable" in found:
        yield found["MemAvailable"]


def _read_groups(proc: Path, cgroups: Path) -> Iterator[int]:
    """Yield what is left in this process's group and in those above it."""
    try:
        lines = (proc / "self" / "cgroup").read_text("utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield from _climb(cgroups, path, "memory.current", ("memory.max", "memory.high"))
        elif "memory" in controllers.split(","):
            files = ("memory.usage_in_bytes", ("memory.limit_in_bytes",))
            yield from _climb(cgroups / "memory", path, *files)


def _climb(root: Path, path: str, used: str, limits: tuple[str, ...]) -> Iterator[int]:
    # Inside a container the path may be the host's: then the root is the container's own group.
    group = root / path.strip("/")
    for folder in (group, *group.parents):
        if folder != root and root not in folder.parents:
            return
        taken = _read_number(folder / used)
        if taken is None:
            continue
        # Files that were read are kept in memory until something needs it.
        cached = _read_stat(folder / "memory.stat")
        for name in limits:
            limit = _read_number(folder / name)
            if limit is not None:
                yield limit - taken + cached


def _read_rlimits(proc: Path) -> Iterator[int]:
    """Yield what ulimit(1) leaves."""
    found = _read_sizes(proc / "self" / "status")
    for limit, name in ((resource.RLIMIT_AS, "VmSize"), (resource.RLIMIT_DATA, "VmData")):
        allowed, _ = resource.getrlimit(limit)
        if allowed != resource.RLIM_INFINITY and name in found:
            yield allowed - found[name]


def _read_sizes(file: Path) -> dict[str, int]:
    """Return the lines such as ``VmRSS:  12 kB`` of a file, in bytes."""
    found = {}
    with contextlib.suppress(OSError):
        for line in file.read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            words = value.split()
            if len(words) == 2 and words[1] == "kB" and words[0].isdecimal():
                found[name] = int(words[0]) * 1024
    return found


def _read_number(file: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError):  # Where there is no limit it says "max".
        return int(file.read_text("utf-8"))
    return None


def _read_stat(file: Path) -> int:
    names = ("inactive_file", "total_inactive_file")
    with contextlib.suppress(OSError, ValueError):
        pairs = dict(line.split() for line in file.read_text("utf-8").splitlines())
        return max(int(pairs.get(name, 0)) for name in names)
    return 0
