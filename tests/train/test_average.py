"""``python -m train average``: the mean of a run's best and last weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from train.__main__ import main
from train.checkpoint import newest
from train.run import RunFolder


def test_the_mean_is_a_run_of_its_own(
    finished_run: Path, drawn_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each weight is the mean of the kept one and the last epoch's average; evaluate reads it."""
    out = tmp_path / "mean"
    assert main(["average", str(finished_run), "-o", str(out)]) == 0
    last = newest(RunFolder(finished_run))
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
