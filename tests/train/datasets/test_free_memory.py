"""Memory that is free for this process, as training and conversion measure it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from convert.inputs import free_memory as convert_copy
from train.datasets import free_memory as train_copy

MB = 1_000_000
MEASURES = [train_copy.measure_free_memory_bytes, convert_copy.measure_free_memory_bytes]


def _write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (folder / name.replace("_", ".", 1)).write_text(f"{value}\n")


@pytest.mark.parametrize("measure", MEASURES)
def test_the_nearest_limit_of_any_group_counts(
    tmp_path: Path, measure: Callable[[Path, Path], int | None]
) -> None:
    """`memory.high` of a group, or the limit that a group of version 1 has."""
    proc, groups = tmp_path / "proc", tmp_path / "groups"
    _write(proc / "self", cgroup="0::/a/b")
    assert measure(proc, groups) is None
    _write(groups / "a", memory_max=900 * MB, memory_high="max", memory_current=200 * MB)
    _write(groups / "a" / "b", memory_max="max", memory_high=450 * MB, memory_current=100 * MB)
    assert measure(proc, groups) == 350 * MB
    _write(proc / "self", cgroup="4:memory:/docker/abc")
    _write(groups / "memory", memory_limit_in_bytes=700 * MB, memory_usage_in_bytes=300 * MB)
    assert measure(proc, groups) == 400 * MB
