"""`python -m benchmarks.start`: the figures are of real starts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.start.__main__ import main
from tests.support.mosquitto import MosquittoBroker, free_port

pytestmark = pytest.mark.broker


def test_start_and_memory_are_measured(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Time, CPU time and memory of fresh daemons, up to a preview that a subscriber has."""
    broker = MosquittoBroker(tmp_path / "mosquitto")
    broker.start()
    try:
        assert main(["--broker", broker.address, "--runs", "1", "--cold", "--shots", "2"]) == 0
    finally:
        broker.stop()
    printed = capfd.readouterr().out
    for files in ("warm", "cold"):
        row = (
            rf"\| first preview, {files} files \| 1 \| ([0-9.]+) \(.*\) \| ([0-9.]+) \| ([0-9]+) \|"
        )
        found = re.search(row, printed)
        assert found is not None, printed
        wall_s, cpu_s, memory_mb = map(float, found.groups())
        assert wall_s > 0
        assert cpu_s > 0
        assert memory_mb > 20
    assert re.search(r"\| 2 shots at 1920×1080 \|  \|  \|  \| [0-9]{2,3} \|", printed)


def test_missing_broker_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """A broker that is not there ends it with exit code 1 and its name."""
    assert main(["--broker", f"mqtt://127.0.0.1:{free_port()}", "--runs", "1"]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("selvedge: the broker mqtt://127.0.0.1:")
    assert printed.count("\n") == 1
