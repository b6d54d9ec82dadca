"""What a stage's key depends on, and so what runs again."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.small_recipes import PAIRS, WHOLE, draw_data, run_recipe, write_recipe
from train.recipes.planning import make_plan
from train.recipes.recipe_file import read_recipe


def _keys(folder: Path, text: str, data_root: Path, limit: int | None = None) -> dict[str, str]:
    recipe = read_recipe(write_recipe(folder, text), limit=limit)
    return {name: step.key for name, step in make_plan(recipe, data_root).steps.items()}


def _differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {name for name in one if one[name] != other[name]}


def test_a_changed_option_runs_again_what_depends_on_it(tmp_path: Path) -> None:
    """After one option was changed its stage and those made from it run, and no other."""
    draw_data(tmp_path)
    work = tmp_path / "work"
    first = run_recipe(write_recipe(tmp_path, PAIRS), tmp_path, work)
    assert first.returncode == 0, first.stderr
    again = run_recipe(write_recipe(tmp_path, PAIRS), tmp_path, work)
    assert again.stderr.count("done before") == 3
    changed = PAIRS.replace("[stages.other]", "[stages.other]\nhours = { cpu = 9 }")
    changed = changed.replace("val-share = 0.5", "val-share = 0.4", 1)
    third = run_recipe(write_recipe(tmp_path, changed), tmp_path, work)
    assert third.returncode == 0, third.stderr
    assert "other: done before" in third.stderr
    assert third.stderr.count("done before") == 1
    back = run_recipe(write_recipe(tmp_path, PAIRS), tmp_path, work)
    assert back.stderr.count("done before") == 3
    assert (work / "figures" / "figures.json").is_file()


def test_keys_follow_content_and_not_place(tmp_path: Path) -> None:
    """Data under another root has the same key; one changed picture changes all that sees it."""
    draw_data(tmp_path / "a", 4)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    one = _keys(tmp_path, WHOLE, tmp_path / "a")
    assert _keys(tmp_path, WHOLE, tmp_path / "b") == one
    shutil.copy(
        tmp_path / "b/shirts/photos/shirt-00.jpg", tmp_path / "b/shirts/photos/shirt-01.jpg"
    )
    assert _differing(one, _keys(tmp_path, WHOLE, tmp_path / "b")) == set(one)


def test_what_changes_speed_alone_changes_no_key(tmp_path: Path) -> None:
    """Workers and threads are the machine's affair; epochs change the run and what it becomes."""
    draw_data(tmp_path, 4)
    one = _keys(tmp_path, WHOLE, tmp_path)
    workers = WHOLE.replace("\nepochs = 2", "\nepochs = 2\nworkers = 2").replace(
        "alpha = true", "alpha = true, threads = 1"
    )
    assert _keys(tmp_path, workers, tmp_path) == one
    epochs = _keys(tmp_path, WHOLE.replace("\nepochs = 2", "\nepochs = 4"), tmp_path)
    assert _differing(one, epochs) == {"fitted", "bundle", "cutouts"}


def test_a_limit_takes_whole_pairs_spread_over_the_data(tmp_path: Path) -> None:
    """With a limit of 6 a data set has 6 photos, each with its mask."""
    draw_data(tmp_path)
    done = run_recipe(
        write_recipe(tmp_path, PAIRS), tmp_path, tmp_path / "work", "--profile", "fewer",
        "--until", "one",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = sorted(path.stem for path in (tmp_path / "work/one/masks").iterdir())
    assert names == [f"shirt-{number:02}" for number in (0, 2, 4, 6, 8, 10)]


def test_the_list_says_what_is_done_and_what_is_left(tmp_path: Path) -> None:
    """``--list`` shows each stage's state, and the hours expected of those that are left."""
    draw_data(tmp_path)
    recipe, work = write_recipe(tmp_path, PAIRS), tmp_path / "work"
    before = run_recipe(recipe, tmp_path, work, "--list")
    assert "3 of 3 left: 2.5 h on two CPU cores or 30 min on a GPU expected" in before.stdout
    assert not work.exists()
    done = run_recipe(recipe, tmp_path, work, "--until", "figures")
    assert done.returncode == 0, done.stderr
    states = {
        line.split()[0]: line.split()[1]
        for line in run_recipe(recipe, tmp_path, work, "--list").stdout.splitlines()[1:-1]
    }
    assert states == {"one": "done", "other": "-", "figures": "done"}
