"""A recipe that is stopped, killed, or run twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.bundle.bundle import load_bundle
from tests.support.small_recipes import (
    ROOT,
    WHOLE,
    draw_data,
    list_words,
    run_recipe,
    write_recipe,
    write_start,
)
from train.recipes.planning import make_plan
from train.recipes.recipe_file import read_recipe
from train.runs.run_lock import hold_folder

RENDERS = """
format = 1
[stages.bare]
command = "train studio"
[stages.bare.options]
scenes = 2
width-px = 48
height-px = 64
samples = 1
bare-share = 1.0
scenes-per-garment = 1
"""


def _start(words: list[str], said: Path) -> subprocess.Popen[bytes]:
    with said.open("ab") as file:
        return subprocess.Popen(words, stdout=file, stderr=file, cwd=ROOT)


def _wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes], said: Path) -> None:
    # Only an end to waiting: on a busy machine TensorFlow alone may take minutes to load.
    deadline_s = time.monotonic() + 600
    while not condition() and process.poll() is None:
        assert time.monotonic() < deadline_s, said.read_text()
        time.sleep(0.01)


@pytest.fixture(scope="module", name="killed")
def _killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A work folder in which every stage was killed once, and the recipe then came to its end."""
    folder = tmp_path_factory.mktemp("killed")
    draw_data(folder)
    write_start(folder)
    recipe, work, said = write_recipe(folder, WHOLE), folder / "work", folder / "said"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")  # run.json has the time
        dice, kills = np.random.default_rng(1), 0
        for step in make_plan(read_recipe(recipe), folder).steps.values():
            process = _start(list_words(recipe, folder, work), said)
            part = work / "stages" / f"{step.key}.part"
            _wait_for(part.exists, process, said)
            time.sleep(dice.uniform(0, 1.5))
            kills += process.poll() is None
            process.kill()
            process.wait()
        assert kills > 1, said.read_text()
        done = run_recipe(recipe, folder, work)
        assert done.returncode == 0, done.stderr
        yield work


def test_killed_in_every_stage_it_ends_with_a_bundle_that_the_rig_runs(killed: Path) -> None:
    """SIGKILL in each stage, and the same command again: the bundle loads, and has cut out."""
    bundle = load_bundle(killed / "bundle")
    assert (bundle.input.height_px, bundle.input.width_px) == (64, 64)
    cut = sorted((killed / "cutouts").glob("*.png"))
    assert cut
    assert all(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).shape == (96, 72) for path in cut)
    assert len((killed / "cutouts/verdicts.csv").read_text().splitlines()) == 1 + len(cut)
    assert not list((killed / "stages").glob("*.part"))


def test_a_fit_that_was_killed_ends_with_the_same_weights(killed: Path, tmp_path: Path) -> None:
    """Killed after its first epoch and gone on with elsewhere, a fit gives the same bytes."""
    recipe, said = killed.parent / "recipe.toml", tmp_path / "said"
    step = make_plan(read_recipe(recipe), killed.parent).steps["fitted"]
    words = list_words(recipe, killed.parent, tmp_path / "work", "--until", "fitted")
    run = tmp_path / "work" / "stages" / f"{step.key}.part" / "fitted"
    process = _start(words, said)
    _wait_for((run / "history.csv").exists, process, said)
    process.kill()
    process.wait()
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("model.keras", "history.csv", "run.json", "metrics.json"):
        again = (tmp_path / "work" / "fitted" / name).read_bytes()
        assert again == (killed / "fitted" / name).read_bytes(), name


def test_a_work_folder_serves_one_run_at_a_time(tmp_path: Path) -> None:
    """A second run on a folder in use is refused with the holder's process, exit code 2."""
    draw_data(tmp_path, 4)
    work = tmp_path / "work"
    with hold_folder(work, "is being worked on"):
        done = run_recipe(write_recipe(tmp_path, WHOLE), tmp_path, work)
    assert done.returncode == 2
    assert f"{work} is being worked on by process {os.getpid()} on" in done.stderr
    assert not (work / "stages").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_command_outlives_its_runner(tmp_path: Path, number: int) -> None:
    """Whether it is asked to stop or killed, the command that it ran ends with it."""
    draw_data(tmp_path, 4)
    write_start(tmp_path)
    recipe, work = write_recipe(tmp_path, WHOLE), tmp_path / "work"
    step = make_plan(read_recipe(recipe), tmp_path).steps["fitted"]
    lock = work / "stages" / f"{step.key}.part" / "fitted" / ".lock"
    said = tmp_path / "said"
    process = _start(list_words(recipe, tmp_path, work), said)
    _wait_for(lambda: lock.exists() and "process" in lock.read_text(), process, said)
    child = int(lock.read_text().split()[1])
    process.send_signal(number)
    assert process.wait() == (1 if number == signal.SIGTERM else -signal.SIGKILL)
    _wait_until_gone(child)
    assert ("stopped; what was finished is on disk" in said.read_text()) == (
        number == signal.SIGTERM
    )


def _wait_until_gone(pid: int) -> None:
    deadline_s = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists():
        # Nobody may be there to fetch its exit code.
        if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
            return
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


@pytest.mark.blender
def test_renders_are_shared_among_machines(tmp_path: Path) -> None:
    """Two parts rendered in folders of their own and copied together are one finished stage."""
    recipe = write_recipe(tmp_path, RENDERS)
    for number in ("1", "2"):
        done = run_recipe(
            recipe, tmp_path, tmp_path / number, "--only", "bare", "--part", f"{number}/2"
        )
        assert done.returncode == 0, done.stderr
        assert f"scene {number}/2" in done.stderr
        assert "1 of 1 left" in run_recipe(recipe, tmp_path, tmp_path / number, "--list").stdout
    subprocess.run(["cp", "-a", f"{tmp_path}/2/bare/.", f"{tmp_path}/1/bare/"], check=True)
    done = run_recipe(recipe, tmp_path, tmp_path / "1")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 scenes are there already" in done.stderr
    assert len((tmp_path / "1/bare/index.csv").read_text().splitlines()) == 3
