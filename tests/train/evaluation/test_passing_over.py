"""``train evaluate`` on data sets and runs in which something is broken."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.support.small_run import SMALL, train
from train.datasets.dataset import load_dataset
from train.evaluation.evaluate import report_passed_over
from train.evaluation.metrics import Score


def test_evaluate_passes_over_a_picture_that_became_damaged(
    finished_run: Path, drawn_dataset: Path, tmp_path: Path
) -> None:
    """One broken picture is named and the others are judged, with exit code 1; all broken are 2."""
    copy = tmp_path / "data"
    shutil.copytree(drawn_dataset, copy)
    kept = [entry for entry in load_dataset(copy).entries if entry.split == "val"]
    (copy / kept[0].image).write_bytes(b"no picture")
    (copy / kept[1].mask).unlink()
    done = train("evaluate", finished_run, "--data", copy, "--json")
    assert done.returncode == 1, done.stderr
    (figures,) = json.loads(done.stdout).values()
    assert figures["pictures"] == len(kept) - 2
    assert f"passed over: {copy / kept[0].image}: is not a picture" in done.stderr
    assert f"{kept[1].image}" in done.stderr
    assert f"{copy / kept[0].image}: is not a picture" in figures["passed_over"]
    assert len(figures["passed_over"]) == 2
    for entry in kept:
        (copy / entry.image).write_bytes(b"no picture")
    done = train("evaluate", finished_run, "--data", copy)
    assert done.returncode == 2
    assert f"none of the {len(kept)} pictures" in done.stderr


def test_fit_says_which_pictures_its_figures_lack(drawn_dataset: Path, tmp_path: Path) -> None:
    """A picture lost during training is named in metrics.json too, and the exit code is 1."""
    data, run = tmp_path / "data", tmp_path / "run"
    shutil.copytree(drawn_dataset, data)
    assert train("fit", run, "--data", data, "--epochs", 1, *SMALL).returncode == 0
    lost = next(entry for entry in load_dataset(data).entries if entry.split == "val")
    (data / lost.image).write_bytes(b"no picture")
    done = train("fit", run, "--resume")
    assert done.returncode == 1, done.stderr
    assert "1 picture could not be read and was passed over" in done.stderr
    (figures,) = json.loads((run / "metrics.json").read_text("utf-8"))["sets"].values()
    assert figures["passed_over"] == [f"{data / lost.image}: is not a picture"]


def test_pictures_that_the_other_model_lacks_are_named_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of two models that are compared, each names what it passed over, and both once."""
    ours, theirs = Score(passed_over=["a"]), Score(passed_over=["a", "b"])
    assert report_passed_over({"set": ours}, {"set": theirs}) == 2
    assert capsys.readouterr().err == "passed over: a\npassed over: b\n"


def test_evaluate_names_weights_that_are_no_numbers(
    finished_run: Path, drawn_dataset: Path, tmp_path: Path
) -> None:
    """A run that diverged is named by the layer, with what to do."""
    import keras  # noqa: PLC0415 - seconds to import

    run = tmp_path / "run"
    shutil.copytree(finished_run, run)
    model = keras.saving.load_model(run / "model.keras", compile=False)
    layer = next(each for each in model.layers if each.weights)
    layer.set_weights([array * np.nan for array in layer.get_weights()])
    model.save(run / "model.keras")
    done = train("evaluate", run, "--data", drawn_dataset)
    assert done.returncode == 2
    assert f"has weights in {layer.name} that are no numbers" in done.stderr
