"""What a recipe may say, and what is refused of it before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.small_recipes import PAIRS, draw_data, run_recipe, write_recipe
from train.__main__ import main
from train.recipes.recipe_file import read_recipe


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("format = 1", "format = 2", "has format 2: this version reads 1"),
        ("[data]", "[dat]", "'dat' in RECIPE is unknown: did you mean 'data'?"),
        ("command = ", "comand = ", "'comand' in stage one of RECIPE is unknown: did you mean"),
        ("train import pairs", "train import pears", "has command 'train import pears': use one"),
        ("{one}/masks", "{won}/masks", "refers to {won}, which is neither data nor a stage"),
        ('["{shirts}/photos", ', '["{figures}/photos", ', "need each other"),
        ("[stages.other]", "[stages.shirts]", "has 'shirts' as data and as a stage"),
        ("[stages.other]", "[stages.Other]", "names 'Other': use small letters"),
        ("val-share = 0.5", "val-shore = 0.5", "option 'val-shore', which python -m train import"),
        ("val-share = 0.5", "output = 'x'", "option 'output', which the recipe gives itself"),
        ("val-share = 0.5", "val-share = {}", "option val-share of stage one of RECIPE is {}"),
        ('["{one}"]', '["{one:val}"]', "a split inside a value"),
        ('"{shirts}/masks"]', '"{other:test}"]', "split 'test': use train, val, all"),
        ("cpu = 2.5", "cpu = -1", "hours of stage figures of RECIPE has -1"),
        ("cpu = 2.5", "tpu = 2.5", "'tpu' in hours of stage figures of RECIPE is unknown"),
        ('shirts = "shirts"', 'shirts = "skirts"', "skirts is missing, which the recipe calls"),
        ("limit = 6", "limits = 6", "'limits' in profile fewer of RECIPE is unknown"),
        ("format = 1", "format 1", "is not TOML"),
    ],
)
def test_a_wrong_recipe_gets_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, sentence: str
) -> None:
    """A slip in a recipe is named with its place, exit code 2, and nothing has begun."""
    draw_data(tmp_path, 2)
    recipe = write_recipe(tmp_path, PAIRS.replace(before, after, 1))
    work = tmp_path / "work"
    profile = ["--profile", "fewer"] if "limit" in before else []
    given = ["recipe", str(recipe), "--data-root", str(tmp_path), "--work", str(work), *profile]
    assert main(given) == 2
    said = capsys.readouterr().err
    assert sentence.replace("RECIPE", str(recipe)) in said
    assert said.count("\n") == 1
    assert not work.exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--profile", "half"], "has no profile 'half': use full, fewer"),
        (["--only", "figures"], "is made from one, not there yet: use --until figures"),
        (["--until", "report"], "the recipe has no stage 'report': use one, other, figures"),
        (["--only", "one", "--part", "1/2"], "only renders come in parts"),
        (["--only", "one", "--part", "3/2"], "--part is 3/2: give K/N"),
        (["--part", "1/2"], "name it with --only"),
    ],
)
def test_wrong_options_get_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    """A stage or profile that is not there is refused with those that are."""
    draw_data(tmp_path, 2)
    recipe = write_recipe(tmp_path, PAIRS)
    work = tmp_path / "work"
    given = ["recipe", str(recipe), "--data-root", str(tmp_path), "--work", str(work), *options]
    assert main(given) == 2
    assert sentence in capsys.readouterr().err
    assert not work.exists()


def test_the_shipped_recipe_fits_its_commands(repository: Path, tmp_path: Path) -> None:
    """Each option of garment.toml is one of its command, in every profile and on a GPU."""
    for name in ("clothing-co-parsing/photos/1.jpg", "clothing-dataset/images.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "deeplabv3_mnv2_pascal_quant.tflite").write_bytes(b"x")
    done = run_recipe(
        Path("garment.toml"), tmp_path, tmp_path / "work", "--dry-run", "--device", "gpu"
    )
    assert done.returncode == 0, done.stderr
    assert "garment: python -m train verdict converted -o garment" in done.stdout
    assert "31 of 31 stages would run" in done.stdout
    assert not (tmp_path / "work").exists()
    trial = read_recipe(repository / "train/recipes/garment.toml", profile="trial")
    full = read_recipe(repository / "train/recipes/garment.toml")
    assert list(trial.stages) == list(full.stages)
    assert all(stage.hours.keys() == {"cpu", "gpu"} for stage in full.stages.values())


def test_each_fit_has_a_seed_of_its_own(repository: Path) -> None:
    """One seed of the recipe gives every stage of training another, and data sets none."""
    recipes = [
        read_recipe(repository / "train/recipes/garment.toml", seed=seed).stages for seed in (1, 2)
    ]
    seeds = [
        {name: stage.options["seed"] for name, stage in stages.items() if stage.command.seeded}
        for stages in recipes
    ]
    assert len({*seeds[0].values(), *seeds[1].values()}) == len(seeds[0]) + len(seeds[1])
    changed = {name for name in recipes[0] if recipes[0][name] != recipes[1][name]}
    assert changed == seeds[0].keys() == {"first", "main", "second", "small"}
