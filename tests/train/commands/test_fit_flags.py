"""``python -m train fit``: its lock, its flags, and what it says."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.support.small_run import SMALL, train
from train.commands.fit_arguments import make_parser
from train.commands.fit_plan import make_plan
from train.runs.plan import read_plan
from train.runs.run_folder import RunFolder
from train.runs.run_lock import hold_run


def test_a_run_in_training_is_not_resumed_by_a_second_process(
    drawn_dataset: Path, tmp_path: Path
) -> None:
    """--resume names the process that trains, and takes over once that was killed."""
    run = tmp_path / "busy"
    first = subprocess.Popen(
        [
            *(sys.executable, "-m", "train", "fit", str(run), "--data", str(drawn_dataset)),
            *("--epochs", "1000", *SMALL),
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        while not (run / "plan.json").exists():
            assert first.poll() is None
            time.sleep(0.02)
        done = train("fit", run, "--resume")
        assert done.returncode == 2
        assert f"is being trained by process {first.pid} on" in done.stderr
    finally:
        first.kill()
        first.wait()
    with hold_run(RunFolder(run)):
        assert (run / "plan.json").exists()
    assert not (run / ".lock").exists()


def test_a_dry_run_says_what_it_would_train_and_writes_nothing(
    drawn_dataset: Path, tmp_path: Path
) -> None:
    """--dry-run checks the data, counts pictures and steps, and leaves no folder."""
    arguments = "fit", tmp_path / "run", "--data", f"{drawn_dataset}=3", "--dry-run"
    done = train(*arguments, "--limit", 8, *SMALL)
    assert done.returncode == 0, done.stderr
    assert "24 pictures in 6 steps of 4" in done.stdout
    assert list(tmp_path.iterdir()) == []
    broken = tmp_path / "broken"
    shutil.copytree(drawn_dataset, broken)
    next((broken / "images").iterdir()).write_bytes(b"cut")
    done = train("fit", tmp_path / "run", "--data", broken, "--dry-run")
    assert done.returncode == 2
    assert "is no readable picture" in done.stderr


def test_a_limit_is_kept_when_a_run_is_resumed(drawn_dataset: Path, tmp_path: Path) -> None:
    """--limit takes so many pictures of each split, and resuming takes the same."""
    options = make_parser().parse_args(
        [str(tmp_path / "run"), "--data", str(drawn_dataset), "--limit", "4", *SMALL]
    )
    plan = make_plan(options, "command", is_chief=True)
    plan.write()
    for each in (plan, read_plan(plan.run)):
        (dataset,) = each.datasets
        assert [len(dataset.select(split)) for split in ("train", "val")] == [4, 4]


def test_every_flag_of_fit_says_what_it_does_and_its_default() -> None:
    """No flag is without help, and whatever has a default shows it."""
    for action in make_parser()._actions:
        assert action.help, action.dest
        if action.default not in (None, False, [], "==SUPPRESS=="):
            assert "default:" in action.help, action.dest


def test_training_and_evaluation_show_no_line_of_a_library(
    finished_run: Path, drawn_dataset: Path, tmp_path: Path
) -> None:
    """From a shell there are progress and figures, and not a line of TensorFlow's or CUDA's."""
    done = train(
        "fit", tmp_path / "run", "--data", drawn_dataset, "--epochs", 1, "--limit", 4, *SMALL
    )
    assert done.returncode == 0, done.stderr
    judged = train("evaluate", finished_run, "--data", drawn_dataset, "--limit", 2)
    noise = ("tensorflow", "cuda", "oneDNN", "absl", "retracing", "WARNING", "Saved artifact")
    for line in (done.stdout + done.stderr + judged.stdout + judged.stderr).splitlines():
        assert not any(word.lower() in line.lower() for word in noise), line
        assert len(line) < 400
