"""Checkpoints that were damaged, and training that diverges: what was kept stays usable."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from train.errors import UsageError, WorkError
from train.runs.plan import read_plan
from train.runs.run_folder import RunFolder
from train.training import checkpoint
from train.training.distribution import Distribution, Step
from train.training.loop import fit


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
    found = checkpoint.read_newest(run)
    assert found is not None
    assert (found.epoch, len(found.history)) == (2, 2)
    assert float(found.average[0][0]) == 2
    assert capsys.readouterr().err == "epoch-0003 is damaged: taking epoch-0002\n"
    _save(run, 3)
    again = checkpoint.read_newest(run)
    assert again is not None
    assert again.epoch == 3


def test_without_a_whole_checkpoint_nothing_is_resumed(run: RunFolder) -> None:
    """Where every checkpoint is damaged one sentence says so."""
    for folder in run.checkpoints.iterdir():
        (folder / "progress.json").write_text("{")
    with pytest.raises(UsageError, match="epoch-0003, epoch-0002 is damaged: train into a new"):
        checkpoint.read_newest(run)


class _Diverging(Distribution):
    """Trains for two steps, then its loss is no number any more."""

    def make_step(self, *_: object) -> Step:
        """Return a step that costs nothing: a real one at an absurd rate takes half a minute."""
        losses = iter((0.5, 0.4, math.nan))
        return lambda *_: next(losses)


def test_a_loss_that_is_no_number_stops_the_training(finished_run: Path, tmp_path: Path) -> None:
    """The sentence names the step, the learning rate and the mend; the epochs before are kept."""
    run = RunFolder(tmp_path / "run")
    shutil.copytree(finished_run, run.path)
    plan = json.loads(run.plan.read_text())
    plan["schedule"] |= {"epochs": 4, "learning_rate": 0.25}
    run.plan.write_text(json.dumps(plan))
    kept = sorted(path for path in run.path.rglob("*") if path.is_file())
    before = [path.read_bytes() for path in kept]
    with pytest.raises(WorkError) as stopped:
        fit(read_plan(run), _Diverging())
    said = str(stopped.value)
    assert said.startswith("the loss became nan at step 3 of epoch 4/4, at learning rate 0.")
    assert "train into a new folder with a lower --learning-rate" in said
    assert stopped.value.exit_code == 1
    assert sorted(path for path in run.path.rglob("*") if path.is_file()) == kept
    assert [path.read_bytes() for path in kept] == before
