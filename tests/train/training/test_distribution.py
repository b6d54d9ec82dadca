"""``--strategy``: several processes train one network and agree on it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from train.errors import UsageError
from train.runs.run_folder import RunFolder
from train.training.checkpoint import read_newest
from train.training.distribution import Distribution, start_distribution

MEMBER = Path(__file__).parents[2] / "support" / "distributed_process.py"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(
    root: Path, folder: Path, name: str, strategy: str, **environment: str
) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.txt").open("wb") as said:
        return subprocess.Popen(
            [
                *(sys.executable, str(MEMBER), strategy),
                *(str(folder / "run"), str(folder / f"{name}.npz")),
            ],
            env=os.environ | {"PYTHONPATH": str(root)} | environment,
            stderr=said,
        )


def _end(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    with np.load(path) as arrays:
        return dict(arrays)


def _wait_for_all(members: list[subprocess.Popen[bytes]], folder: Path) -> None:
    """Wait for all, and no longer when one has failed, for the others would wait for it."""
    deadline_s = time.monotonic() + 600
    while any(member.poll() is None for member in members):
        failed = any(member.poll() for member in members)
        assert not failed, [path.read_text()[-3000:] for path in folder.rglob("*.txt")]
        assert time.monotonic() < deadline_s
        time.sleep(0.1)
    assert [member.returncode for member in members] == [0] * len(members)


def test_two_workers_learn_what_one_process_learns(repository: Path, tmp_path: Path) -> None:
    """Two processes end with the same weights, those of one process with the same batch."""
    workers = [f"127.0.0.1:{_free_port()}" for _ in range(2)]
    (tmp_path / "one").mkdir()
    members = [_start(repository, tmp_path / "one", "alone", "alone")]
    for number in range(2):
        task = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": number}}
        config = json.dumps(task)
        members.append(_start(repository, tmp_path, str(number), "multiworker", TF_CONFIG=config))
    try:
        _wait_for_all(members, tmp_path)
    finally:
        for member in members:
            member.kill()
    alone, chief, other = (_end(tmp_path / f"{name}.npz") for name in ("one/alone", "0", "1"))
    assert (bool(chief["chief"]), bool(other["chief"])) == (True, False)
    assert float(chief["judged"]) == float(other["judged"]) == 0.625
    for key in (key for key in alone if key.startswith("arr_")):
        np.testing.assert_array_equal(chief[key], other[key])
        np.testing.assert_allclose(chief[key], alone[key], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(chief["losses"], alone["losses"], rtol=1e-3)
    # What the chief wrote half-way is what a process alone would have written.
    shared, own = (
        read_newest(RunFolder(tmp_path / "run")),
        read_newest(RunFolder(tmp_path / "one" / "run")),
    )
    assert shared is not None
    assert own is not None
    for ours, theirs in zip(shared.optimizer, own.optimizer, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-2, atol=1e-4)


def test_a_team_of_one_is_the_chief() -> None:
    """Without a strategy the process judges, writes and waits for nobody."""
    distribution = start_distribution(None)
    assert distribution == Distribution()
    assert distribution.is_chief
    assert distribution.broadcast(0.25) == 0.25


def test_workers_without_a_cluster_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for several machines without TF_CONFIG, fit says what to set."""
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(UsageError, match="set it on each machine"):
        start_distribution("multiworker")
