"""The command line of a step, as it is run in the step's own folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from train.datasets.dataset import load_dataset
from train.errors import UsageError
from train.recipes.planning import Plan, Step
from train.recipes.references import OUT, parse_split, replace_references

PART_COMMAND = "train studio"
"""The command that can be cut into parts."""


def write_words(
    plan: Plan, step: Step, folder: Path | None, *, part: str | None = None
) -> list[str]:
    """Return module and arguments.

    Args:
        plan: all of the recipe.
        step: what is run.
        folder: the step's folder with its inputs; None to show the words before there is one,
            with splits as the recipe has them.
        part: ``K/N`` to render one part alone.

    Raises:
        UsageError: a data set that is named with a split has no picture in it.
    """
    stage, command = step.stage, step.stage.command
    out = step.name
    if folder is not None and command.words == ("train", "fit") and _is_planned(folder / out):
        workers = stage.options.get("workers")
        return [*command.words, out, "--resume", *_write_option("workers", workers, listed=False)]
    places = {name: _name_input(plan, name) for name in stage.inputs} | {OUT: out}
    target = f"{out}/{command.file}" if command.file else out
    arguments = [word for text in stage.arguments for word in _write_argument(text, places, folder)]
    options = []
    for name, value in stage.options.items():
        placed = _place(value, places)
        options += _write_option(name, placed, listed=name in command.listed)
    if part is not None:
        options += ["--part", part]
    if command.output == "first":
        arguments = [target, *arguments]
    elif command.output == "last":
        arguments = [*arguments, target]
    else:
        options = [command.output, target, *options]
    return [*command.words, *arguments, *options]


def _is_planned(run: Path) -> bool:
    return (run / "plan.json").is_file()


def _name_input(plan: Plan, name: str) -> str:
    entry = plan.entries.get(name)
    return name if entry is None else entry.link_name


def _write_argument(text: str, places: dict[str, str], folder: Path | None) -> list[str]:
    asked = parse_split(text)
    if asked is None or folder is None:
        return [text if asked else replace_references(text, places)]
    name, split = asked
    pictures = [
        f"{places[name]}/{entry.image}"
        for entry in load_dataset(folder / places[name]).select(split)
    ]
    if not pictures:
        raise UsageError(f"{name} has no picture in split {split!r}: see its index.csv")
    return pictures


def _place(value: Any, places: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_place(each, places) for each in value]
    return replace_references(value, dict(places)) if isinstance(value, str) else value


def _write_option(name: str, value: Any, *, listed: bool) -> list[str]:
    flag = f"--{name}"
    if value is None or value is False:
        return []
    if value is True:
        return [flag]
    values = [str(each) for each in (value if isinstance(value, list) else [value])]
    if listed:
        return [flag, *values]
    return [word for each in values for word in (flag, each)]
