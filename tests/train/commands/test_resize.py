"""``python -m train resize``: the same weights at another input size."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from train.__main__ import main
from train.runs.run_folder import RunFolder


def test_the_same_weights_take_larger_pictures(
    finished_run: Path, drawn_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The new run has the old one's weights and curve, its own input size, and can be judged."""
    out = tmp_path / "larger"
    sizes = ["--input-height-px", "128", "--input-width-px", "96"]
    assert main(["resize", str(finished_run), "-o", str(out), *sizes]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["larger"]
    run = RunFolder(out)
    assert run.read_architecture().input_size == (128, 96)
    assert json.loads(run.manifest.read_text())["trained_at"] == "64×64"
    assert run.history.read_bytes() == RunFolder(finished_run).history.read_bytes()
    before = RunFolder(finished_run).load_model().get_weights()
    for ours, other in zip(run.load_model().get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, other)
    capsys.readouterr()
    assert main(["evaluate", str(out), "--data", str(drawn_dataset), "--json"]) == 0
    assert "garment_iou" in json.loads(capsys.readouterr().out)[drawn_dataset.name]


@pytest.mark.parametrize(
    ("height", "width", "sentence"),
    [("100", "96", "multiple of 32"), ("64", "64", "has an input of 64×64 already")],
)
def test_a_size_that_does_not_fit_gets_one_sentence(
    finished_run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    height: str,
    width: str,
    sentence: str,
) -> None:
    """A size that the network cannot have, or has, is refused and nothing is written."""
    sizes = ["--input-height-px", height, "--input-width-px", width]
    assert main(["resize", str(finished_run), "-o", str(tmp_path / "out"), *sizes]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())
