"""``python -m train average``: the mean of a run's best and last weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from train.__main__ import main
from train.runs.run_folder import RunFolder
from train.training.checkpoint import read_newest


def test_the_mean_is_a_run_of_its_own(
    finished_run: Path, drawn_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each weight is the mean of the kept one and the last epoch's average; evaluate reads it."""
    out = tmp_path / "mean"
    assert main(["average", str(finished_run), "-o", str(out)]) == 0
    last = read_newest(RunFolder(finished_run))
    assert last is not None
    assert last.epoch == 3
    best = RunFolder(finished_run).load_model().get_weights()
    mean = RunFolder(out).load_model().get_weights()
    for ours, one, other in zip(mean, best, last.average, strict=True):
        np.testing.assert_allclose(ours, (one + other) / 2, rtol=1e-6, atol=1e-7)
    assert json.loads((out / "run.json").read_text())["averaged"] == "best epoch and epoch 3"
    assert [path.name for path in tmp_path.iterdir()] == ["mean"]
    capsys.readouterr()
    assert main(["evaluate", str(out), "--data", str(drawn_dataset), "--json"]) == 0
    assert "garment_iou" in json.loads(capsys.readouterr().out)[drawn_dataset.name]


def test_runs_that_follow_each_other_have_a_mean(finished_run: Path, tmp_path: Path) -> None:
    """Of several runs the kept weights are averaged, and the last one describes the result."""
    other, out = tmp_path / "other", tmp_path / "mean"
    shutil.copytree(finished_run, other)
    model = RunFolder(other).load_model()
    model.set_weights([weight + 1 for weight in model.get_weights()])
    model.save(RunFolder(other).model)
    assert main(["average", str(finished_run), str(other), "-o", str(out)]) == 0
    first = RunFolder(finished_run).load_model().get_weights()
    for ours, one in zip(RunFolder(out).load_model().get_weights(), first, strict=True):
        np.testing.assert_allclose(ours, one + 0.5, rtol=1e-5, atol=1e-6)
    assert json.loads((out / "run.json").read_text())["averaged"] == (
        f"kept weights of {finished_run.name}, other"
    )


def test_runs_of_two_networks_have_no_mean(
    finished_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runs of another input size are refused in one sentence."""
    other = tmp_path / "other"
    sizes = ["--input-height-px", "96", "--input-width-px", "96"]
    assert main(["resize", str(finished_run), "-o", str(other), *sizes]) == 0
    capsys.readouterr()
    assert main(["average", str(finished_run), str(other), "-o", str(tmp_path / "out")]) == 2
    assert "differ in their architecture" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


Damage = Callable[[Path, Path], object]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda run, _: (run / "run.json").unlink(), "is not a finished run"),
        (lambda run, _: (run / "model.keras").unlink(), "is not a finished run"),
        (lambda _, out: out.mkdir(), "exists already"),
        (lambda run, _: shutil.rmtree(run / "checkpoints"), "has no checkpoint"),
        (lambda run, _: (run / "model.keras").write_bytes(b"PK\3\4 cut"), "is damaged"),
    ],
)
def test_what_cannot_be_averaged_gets_one_sentence(
    finished_run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    damage: Damage,
    sentence: str,
) -> None:
    """No run, an OUT that exists, lost checkpoints: exit code 2, one sentence, nothing written."""
    run, out = tmp_path / "run", tmp_path / "out"
    shutil.copytree(finished_run, run)
    damage(run, out)
    capsys.readouterr()
    assert main(["average", str(run), "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not (out / "model.keras").exists()


@pytest.mark.parametrize("command", ["average", "resize"])
def test_a_derived_run_is_not_resumed(
    finished_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """--resume would train the plan's first epochs over it: refused, with the way to go on."""
    out = tmp_path / "derived"
    size = ["--input-height-px", "96", "--input-width-px", "96"] if command == "resize" else []
    assert main([command, str(finished_run), "-o", str(out), *size]) == 0
    before = (out / "model.keras").read_bytes()
    assert main(["fit", str(out), "--resume"]) == 2
    assert f"--init {out / 'model.keras'}" in capsys.readouterr().err
    assert (out / "model.keras").read_bytes() == before
