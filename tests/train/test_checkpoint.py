"""Checkpoints that were damaged, and training that diverges: what was kept stays usable."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from train import checkpoint
from train.__main__ import main
from train.errors import UsageError
from train.run import RunFolder


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> RunFolder:
    """Three checkpoints were written of a network of one layer."""
    run = RunFolder(tmp_path / "run")
    for epoch in (1, 2, 3):
        _save(run, epoch)
    return run


def _save(run: RunFolder, epoch: int) -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    average = [np.full(3, epoch, np.float32)]
    history = [{"epoch": number + 1} for number in range(epoch)]
    checkpoint.save(run, model, epoch=epoch, history=history, best_garment_iou=0.5, average=average)


@pytest.mark.parametrize("name", ["progress.json", "average.npz", "state.npz", "optimizer.npz"])
@pytest.mark.parametrize("content", [b"", b"PK\3\4 cut short", b"[1]"])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(
    run: RunFolder, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    """Two are kept; with the newest damaged the other is taken, and written over later."""
    kept = sorted(path.name for path in run.checkpoints.iterdir())
    assert kept == ["epoch-0002", "epoch-0003"]
    (run.checkpoints / "epoch-0003" / name).write_bytes(content)
    found = checkpoint.newest(run)
    assert found is not None
    assert (found.epoch, len(found.history)) == (2, 2)
    assert float(found.average[0][0]) == 2
    assert capsys.readouterr().err == "epoch-0003 is damaged: taking epoch-0002\n"
    _save(run, 3)
    again = checkpoint.newest(run)
    assert again is not None
    assert again.epoch == 3


def test_without_a_whole_checkpoint_nothing_is_resumed(run: RunFolder) -> None:
    """Where every checkpoint is damaged one sentence says so."""
    for folder in run.checkpoints.iterdir():
        (folder / "progress.json").write_text("{")
    with pytest.raises(UsageError, match="epoch-0003, epoch-0002 is damaged: train into a new"):
        checkpoint.newest(run)


def test_a_loss_that_is_no_number_stops_the_training(
    trained_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At an absurd learning rate fit ends with 1, says what to do, and keeps the epochs before."""
    run = tmp_path / "run"
    shutil.copytree(trained_run, run)
    plan = json.loads((run / "plan.json").read_text())
    plan["schedule"] |= {"epochs": 3, "learning_rate": 1e30}
    (run / "plan.json").write_text(json.dumps(plan))
    kept = ("model.keras", "history.csv", "checkpoints/epoch-0002/state.npz")
    before = [(run / name).read_bytes() for name in kept]
    assert main(["fit", str(run), "--resume"]) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("selvedge: the loss became ")
    assert "of epoch 3/3, at learning rate " in said
    assert "lower --learning-rate" in said
    assert [(run / name).read_bytes() for name in kept] == before
    assert not (run / "checkpoints" / "epoch-0003").exists()
