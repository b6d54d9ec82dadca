"""`python -m benchmarks`: a table of this machine's own making."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.score import Score


def test_peers_that_are_not_there_are_named_and_left_out(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is installed, the project's own rows are there, and who is missing is said."""
    data = repository / "calibration_images"
    assert main(["--data", str(data), "--split", "all", "--limit", "2", "--rembg"]) == 0
    told = capsys.readouterr()
    rows = [line for line in told.out.splitlines() if line.startswith("| Selvedge")]
    assert len(rows) == 2
    assert all(float(row.split("|")[3]) > 0.5 for row in rows)
    assert "PASCAL DeepLab is left out" in told.err


def test_wrong_folders_are_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is no dataset: exit code 2 and one sentence."""
    assert main(["--data", str(tmp_path)]) == 2
    assert "no index.csv" in capsys.readouterr().err


def test_scores_cannot_be_won_by_background() -> None:
    """An empty mask scores 0, the truth 1."""
    truth = np.zeros((60, 80), np.bool_)
    truth[20:40, 20:60] = True
    empty, perfect = Score(), Score()
    empty.add(np.zeros_like(truth), truth, 1.0)
    perfect.add(truth, truth, 1.0)
    assert (empty.iou, empty.boundary_f) == (0.0, [0.0])
    assert (perfect.iou, perfect.boundary_f) == (1.0, [1.0])
