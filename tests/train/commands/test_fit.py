"""``python -m train fit`` and ``evaluate``: training that learns, resumes and is judged."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.support.small_run import SMALL, train
from train.commands.fit_arguments import make_parser
from train.commands.fit_plan import make_plan


def _curve(run: Path) -> list[dict[str, str]]:
    with (run / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_says_how_it_was_made(finished_run: Path, drawn_dataset: Path) -> None:
    """A run carries what a converter and a stranger need: shape, data, licence, command, split."""
    manifest = json.loads((finished_run / "run.json").read_text())
    assert manifest["architecture"]["input_height_px"] == 64
    assert manifest["architecture"]["logits_stride"] == 4
    assert manifest["data"][0]["licence"] == "CC0-1.0"
    assert "train fit" in manifest["command"]
    splits = json.loads((finished_run / "splits.json").read_text())[drawn_dataset.name]
    assert len(splits["train"]) + len(splits["val"]) == 40
    assert not set(splits["train"]) & set(splits["val"])
    metrics = json.loads((finished_run / "metrics.json").read_text())
    assert set(metrics["sets"]) == {drawn_dataset.name}


def test_resume_after_sigkill_gives_the_same_curve(
    finished_run: Path, drawn_dataset: Path, tmp_path: Path
) -> None:
    """A run that is killed, and resumed with a worker, ends as one that was not killed."""
    run = tmp_path / "killed"
    arguments = ["fit", str(run), "--data", str(drawn_dataset), "--epochs", "3", *SMALL]
    with (tmp_path / "said").open("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "train", *arguments],
            stderr=said,
            stdout=said,
            start_new_session=True,
        )
    # Only an end to waiting: on a busy machine TensorFlow alone may take minutes to load.
    deadline_s = time.monotonic() + 900
    try:
        while not (run / "history.csv").exists():
            ended = process.poll() is not None
            assert not ended, f"ended by itself: {(tmp_path / 'said').read_text()}"
            assert time.monotonic() < deadline_s
            time.sleep(0.02)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert len(_curve(run)) < 3, "the run had finished before it was killed"
    done = train("fit", run, "--resume", "--workers", "1")
    assert done.returncode == 0, done.stderr
    for killed, whole in zip(_curve(run), _curve(finished_run), strict=True):
        assert killed["epoch"] == whole["epoch"]
        # Two cores sum in no fixed order: equal to rounding, not to the bit.
        assert float(killed["loss"]) == pytest.approx(float(whole["loss"]), rel=1e-3)


def test_evaluate_reports_iou_boundary_and_leak(finished_run: Path, drawn_dataset: Path) -> None:
    """Evaluation prints the three figures of the set, for people and for programs."""
    done = train("evaluate", finished_run, "--data", drawn_dataset, "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)[drawn_dataset.name]
    assert set(figures) >= {"pictures", "garment_iou", "boundary_f", "leak"}
    kept = json.loads((finished_run / "metrics.json").read_text())
    assert figures == kept["sets"][drawn_dataset.name]


def test_masks_from_files_are_judged_alike(drawn_dataset: Path, tmp_path: Path) -> None:
    """The truth handed in as masks scores 1, and a mask of another size is named."""
    shutil.copytree(drawn_dataset / "masks", tmp_path / "masks")
    judge = ("evaluate", "--predictions", tmp_path / "masks", "--data", drawn_dataset, "--json")
    done = train(*judge)
    assert json.loads(done.stdout)[drawn_dataset.name]["garment_iou"] == 1.0
    for path in (tmp_path / "masks").iterdir():
        cv2.imwrite(str(path), np.zeros((8, 8), np.uint8))
    done = train(*judge)
    assert done.returncode == 2
    assert "is 8x8, its picture is 72x96" in done.stderr


def test_training_on_renders_learns(repository: Path, tmp_path: Path) -> None:
    """From random weights, two minutes on renders reach garment IoU 0.55 on unseen ones."""
    run = tmp_path / "run"
    done = train(
        "fit", run, "--data", f"{repository / 'calibration_images'}=4", "--epochs", 14,
        "--input-height-px", 96, "--input-width-px", 96, "--width-multiplier", "0.35",
        "--batch-size", 4, "--learning-rate", "2e-3", "--atrous-rates", "1", "2", "3",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    curve = [float(row["garment_iou"]) for row in _curve(run)]
    assert curve[0] < 0.3
    assert max(curve) >= 0.55


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fit", "RUN", "--data", "nowhere"], "is not a data set"),
        (["fit", "RUN", "--data", "DATA=x"], "write DIR or DIR=2"),
        (["fit", "RUN", "--data", "DATA", "--init", "nowhere.tflite"], "do not exist"),
        (["fit", "RUN", "--data", "DATA", "--input-width-px", "100"], "multiple of 32"),
        (["fit", "RUN", "--resume"], "nothing to resume"),
        (["fit", "RUN", "--data", "DATA", "--resume"], "give no other option"),
        (["fit", "RUN"], "nothing to train on"),
        (["evaluate", "RUN", "--data", "DATA"], "is not a run"),
        (["evaluate", "--data", "DATA"], "name either a RUN or"),
        (["evaluate", "--predictions", "nowhere", "--data", "DATA"], "is not a folder"),
        (["dance"], "no command 'dance'"),
    ],
)
def test_wrong_usage_gets_one_sentence(
    drawn_dataset: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    """A person's mistake gets one sentence and exit code 2, before TensorFlow is even loaded."""
    names = {"RUN": str(tmp_path / "run"), "DATA": str(drawn_dataset)}
    placed = [names.get(a, a.replace("DATA=", f"{drawn_dataset}=")) for a in arguments]
    done = train(*placed)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_a_folder_may_have_an_equals_sign_in_its_name(drawn_dataset: Path, tmp_path: Path) -> None:
    """DIR=N reads a number after the last =, unless the whole is a folder that exists."""
    for name in ("size=2", "size=large"):
        shutil.copytree(drawn_dataset, tmp_path / name)
    options = make_parser().parse_args([str(tmp_path / "run"), "--data", "x"])
    repeats = {}
    for text in ("size=2", "size=2=3", "size=large", "size=large=4"):
        options.data = [str(tmp_path / text)]
        (source,) = make_plan(options, "", is_chief=True).sources
        repeats[text] = source.dataset.path.name, source.repeats
    assert repeats == {
        "size=2": ("size=2", 1),
        "size=2=3": ("size=2", 3),
        "size=large": ("size=large", 1),
        "size=large=4": ("size=large", 4),
    }


@pytest.mark.parametrize(
    "option", [["--epochs", "0"], ["--validation-limit", "0"], ["--learning-rate", "nan"]]
)
def test_impossible_numbers_are_refused(
    drawn_dataset: Path, tmp_path: Path, option: list[str]
) -> None:
    """A number that makes no sense is refused with its option's name, exit code 2."""
    done = train("fit", tmp_path / "run", "--data", drawn_dataset, *option)
    assert done.returncode == 2
    assert f"argument {option[0]}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_is_never_overwritten(finished_run: Path, drawn_dataset: Path) -> None:
    """Training into a folder that holds a run is refused, unless asked to resume."""
    before = (finished_run / "model.keras").read_bytes()
    done = train("fit", finished_run, "--data", drawn_dataset, *SMALL)
    assert done.returncode == 2
    assert "add --resume" in done.stderr
    assert (finished_run / "model.keras").read_bytes() == before


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--batch-size", "1000"], "smaller --batch-size"),
        (["--paste-share", "0.3"], "--paste-share is about --paste"),
        (["--repeat-kind", "drawn"], "write drawn=2"),
        (["--repeat-kind", "hat"], "kind 'hat' is in no data set"),
    ],
)
def test_slips_are_refused_before_training(
    drawn_dataset: Path, tmp_path: Path, option: list[str], words: str
) -> None:
    """What a slip would make of hours of training is said in a sentence, and nothing is written."""
    done = train("fit", tmp_path / "run", "--data", drawn_dataset, *option)
    assert done.returncode == 2
    assert words in done.stderr.splitlines()[-1]
    assert not (tmp_path / "run").exists()


def test_a_run_does_not_go_among_other_files(drawn_dataset: Path, tmp_path: Path) -> None:
    """A folder that holds something else, a data set say, is not trained into."""
    (tmp_path / "notes.txt").write_text("mine")
    done = train("fit", tmp_path, "--data", drawn_dataset, *SMALL)
    assert done.returncode == 2
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
