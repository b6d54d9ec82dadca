"""``python -m train recipe``: one file, from public data to the bundle."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from train.commands.argument_types import positive_int, whole_number
from train.errors import UsageError
from train.recipes.overview import format_commands, format_table
from train.recipes.planning import make_plan
from train.recipes.recipe import DEVICES
from train.recipes.recipe_file import FULL, read_recipe
from train.recipes.running import check_options, choose_steps, refuse_part, run_steps
from train.recipes.work_folder import WorkFolder
from train.runs.run_lock import hold_folder

_OURS = Path(__file__).resolve().parents[1] / "recipes"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train recipe",
        description="Run all stages of a recipe, from data to the bundle. Stopped or killed at any "
        "moment, the same command goes on. A changed option runs again what depends on it.",
    )
    add = parser.add_argument
    add("recipe", type=Path, metavar="RECIPE", help="a TOML file, or the name of one of ours")
    add(
        "--data-root",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="where the recipe's data was fetched to (default: here)",
    )
    add(
        "--work",
        type=Path,
        metavar="DIR",
        help="folder for the outputs of all stages (default: runs/RECIPE)",
    )
    add("--profile", default=FULL, help="budget that the recipe names (default: %(default)s)")
    add(
        "--device",
        choices=DEVICES,
        default=DEVICES[0],
        help="cpu, or gpu with the options that the recipe has for one (default: %(default)s)",
    )
    add("--seed", type=whole_number, metavar="N", help="of training; data and renders stay")
    add(
        "--limit",
        type=positive_int,
        metavar="N",
        help="at most N pictures of each folder of data, and N scenes of each studio",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--only", metavar="STAGE", help="run one stage, from what is there")
    which.add_argument("--until", metavar="STAGE", help="run one stage and all that it needs")
    add(
        "--part",
        metavar="K/N",
        help="with --only: render the K-th of N parts, to share renders among machines",
    )
    add("--list", action="store_true", help="show each stage's state and expected hours")
    add("--dry-run", action="store_true", help="check everything and show the commands")
    return parser


def main(arguments: list[str]) -> int:
    """Run a recipe; return the exit code.

    Raises:
        UsageError: recipe, options or data do not fit, or the work folder is in use.
        WorkError: a stage failed.
        KeyboardInterrupt: it was asked to stop, by Ctrl-C or SIGTERM, and the stage has ended.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _parser().parse_args(arguments)
    if options.part is not None and options.only is None:
        raise UsageError("--part is about one stage: name it with --only")
    recipe = read_recipe(
        _find_recipe(options.recipe),
        profile=options.profile,
        device=options.device,
        seed=options.seed,
        limit=options.limit,
    )
    plan = make_plan(recipe, options.data_root)
    work = WorkFolder(options.work or Path("runs") / recipe.name)
    if options.list:
        sys.stdout.write(f"{format_table(plan, work)}\n")
        return 0
    steps = choose_steps(plan, work, until=options.until, only=options.only)
    if options.part is not None:
        refuse_part(steps[0], options.part)
    check_options(steps, work)
    if options.dry_run:
        sys.stdout.write(f"{format_commands(plan, work, steps)}\n")
        return 0
    with hold_folder(work.path, "is being worked on"):
        run_steps(plan, work, steps, part=options.part)
    sys.stdout.write(f"{format_table(plan, work)}\n")
    return 0


def _find_recipe(path: Path) -> Path:
    for place in (path, _OURS / path):
        if place.is_file():
            return place
    ours = ", ".join(sorted(each.name for each in _OURS.glob("*.toml")))
    raise UsageError(f"no recipe {path}: name a TOML file, or one of ours, {ours}")
