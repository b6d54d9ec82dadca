"""Memory that is free for this process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from device.system.free_memory import measure_free_memory

MB = 1_000_000


def _machine(folder: Path, *, available_kb: int, groups: str) -> Path:
    """A proc(5) of a machine."""
    (folder / "self").mkdir(parents=True)
    (folder / "meminfo").write_text(f"MemTotal: 8000000 kB\nMemAvailable: {available_kb} kB\n")
    (folder / "self" / "cgroup").write_text(groups)
    (folder / "self" / "status").write_text("VmSize:\t    1000 kB\n")
    return folder


def _group(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True)
    for name, value in files.items():
        (folder / name.replace("_", ".", 1)).write_text(f"{value}\n")


def test_the_machine_is_the_limit_where_no_group_is_nearer(tmp_path: Path) -> None:
    """Groups without a limit say max, and a machine without groups says nothing of them."""
    proc = _machine(tmp_path / "proc", available_kb=900_000, groups="0::/system.slice/rig\n")
    assert measure_free_memory(proc, tmp_path / "none") == 900_000 * 1024
    _group(tmp_path / "groups" / "system.slice" / "rig", memory_max="max", memory_current=5 * MB)
    assert measure_free_memory(proc, tmp_path / "groups") == 900_000 * 1024
    assert measure_free_memory(tmp_path / "empty", tmp_path / "none") is None


def test_a_group_or_one_above_it_may_be_the_limit(tmp_path: Path) -> None:
    """What systemd allows a unit or its slice counts; files in the cache are given back."""
    proc = _machine(tmp_path / "proc", available_kb=9_000_000, groups="0::/system.slice/rig\n")
    groups = tmp_path / "groups"
    _group(groups / "system.slice", memory_max=600 * MB, memory_current=200 * MB)
    _group(
        groups / "system.slice" / "rig",
        memory_max=1000 * MB,
        memory_current=500 * MB,
        memory_stat=f"anon 1\ninactive_file {100 * MB}",
    )
    assert measure_free_memory(proc, groups) == 400 * MB
    (groups / "system.slice" / "memory.max").write_text("max\n")
    assert measure_free_memory(proc, groups) == 600 * MB
    (groups / "system.slice" / "rig" / "memory.high").write_text(f"{450 * MB}\n")
    assert measure_free_memory(proc, groups) == 50 * MB


def test_groups_of_version_1_count_too(tmp_path: Path) -> None:
    """Older systems; in a container whose group is mounted as the root."""
    groups = "5:cpu:/x\n4:memory:/docker/abc\n"
    proc = _machine(tmp_path / "proc", available_kb=9_000_000, groups=groups)
    memory = tmp_path / "groups" / "memory"
    memory.mkdir(parents=True)
    (memory / "memory.limit_in_bytes").write_text(f"{700 * MB}\n")
    (memory / "memory.usage_in_bytes").write_text(f"{300 * MB}\n")
    assert measure_free_memory(proc, tmp_path / "groups") == 400 * MB


def test_ulimit_is_the_limit_where_it_is_nearest() -> None:
    """A process that was given two gigabytes of addresses knows how many are left."""
    program = (
        "import resource; from device.system.free_memory import measure_free_memory as measure;"
        f"resource.setrlimit(resource.RLIMIT_AS, ({2000 * MB}, {2000 * MB})); print(measure())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert 0 < int(done.stdout) < 2000 * MB
