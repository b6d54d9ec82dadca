"""Reads a recipe file, and refuses what it does not understand before anything starts."""

from __future__ import annotations

import difflib
import graphlib
import hashlib
import importlib
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from train.errors import UsageError
from train.recipes.commands import COMMANDS, Command
from train.recipes.recipe import DEVICES, Recipe, Stage
from train.recipes.references import OUT, find_references, has_split, parse_split

FORMAT = 1
FULL = "full"
"""The profile that is the file as it stands."""
_TOP = ("format", "seed", "data", "stages", "profiles")
_STAGE = ("command", "arguments", "options", "gpu", "hours")
_CHANGED = ("arguments", "options", "gpu", "hours")
_PROFILE = ("limit", "stages")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_SET_HERE = ("output", "resume", "part", "dry-run", "help")
_SPLITS = ("train", "val", "all")


def read_recipe(
    path: Path,
    *,
    profile: str = FULL,
    device: str = "cpu",
    seed: int | None = None,
    limit: int | None = None,
) -> Recipe:
    """Read a recipe.

    Args:
        path: a TOML file.
        profile: whose changes are applied; `FULL` for none.
        device: ``cpu`` or ``gpu``, whose options are applied.
        seed: instead of the recipe's own.
        limit: instead of the profile's own.

    Raises:
        UsageError: names the first thing that is wrong, with what to write instead.
    """
    given = _read_toml(path)
    _check_keys(given, _TOP, str(path))
    if given.get("format") != FORMAT:
        raise UsageError(f"{path} has format {given.get('format')}: this version reads {FORMAT}")
    changes = _choose_profile(given, profile, path)
    base_seed = seed if seed is not None else _whole(given.get("seed", 1), f"seed in {path}")
    data = _table(given, "data", str(path))
    stages = _table(given, "stages", str(path))
    _check_names(data, stages, path)
    changed = _table(changes, "stages", f"profile {profile} of {path}")
    _check_keys(changed, stages, f"profile {profile} of {path}")
    limit = limit if limit is not None else changes.get("limit")
    if limit is not None and _whole(limit, f"limit in {path}") < 1:
        raise UsageError(f"limit in {path} is {limit}: give 1 or more")
    read = {}
    for name in stages:
        place = f"stage {name} of {path}"
        table = _merge(_table(stages, name, str(path)), _table(changed, name, place), place)
        read[name] = _read_stage(name, table, place, device, base_seed, limit)
    return Recipe(
        path=path,
        name=path.stem if profile == FULL else f"{path.stem}-{profile}",
        data=data,
        stages={name: read[name] for name in _order(read, data, path)},
        device=device,
        limit=limit,
    )


def _read_toml(path: Path) -> dict[str, Any]:
    # In the standard library from Python 3.11 on.
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        found: dict[str, Any] = toml.loads(path.read_text("utf-8"))
    except (toml.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML ({error}): correct it there") from error
    return found


def _choose_profile(given: Mapping[str, Any], profile: str, path: Path) -> dict[str, Any]:
    profiles = _table(given, "profiles", str(path))
    if profile == FULL and FULL not in profiles:
        return {}
    if profile not in profiles:
        raise UsageError(f"{path} has no profile {profile!r}: use {', '.join([FULL, *profiles])}")
    changes = _table(profiles, profile, str(path))
    _check_keys(changes, _PROFILE, f"profile {profile} of {path}")
    return changes


def _check_names(data: Mapping[str, Any], stages: Mapping[str, Any], path: Path) -> None:
    for name in (*data, *stages):
        if _NAME.fullmatch(name) is None or name in (OUT, "data"):
            raise UsageError(f"{path} names {name!r}: use small letters, digits and -")
        if name in data and name in stages:
            raise UsageError(f"{path} has {name!r} as data and as a stage: rename one")
    for name, place in data.items():
        if not isinstance(place, str) or not place:
            raise UsageError(f"data {name} in {path} is {place!r}: give a path below --data-root")
    if not stages:
        raise UsageError(f"{path} has no stage: write [stages.NAME] with a command")


def _merge(stage: dict[str, Any], changes: dict[str, Any], place: str) -> dict[str, Any]:
    """Lay a profile's changes over a stage; tables are merged, other values replaced."""
    _check_keys(stage, _STAGE, place)
    _check_keys(changes, _CHANGED, place)
    merged = dict(stage)
    for key, value in changes.items():
        merged[key] = {**_table(stage, key, place), **value} if isinstance(value, dict) else value
    return merged


def _read_stage(
    name: str, table: dict[str, Any], place: str, device: str, seed: int, limit: int | None
) -> Stage:
    command = _find_command(table.get("command"), place)
    options = {**_table(table, "options", place)}
    gpu = _table(table, "gpu", place)
    if device == "gpu":
        options |= gpu
    if command.seeded:
        options.setdefault("seed", _derive_seed(seed, name))
    if command.count and limit is not None:
        count = _whole(options.get(command.count, limit), f"{command.count} of {place}")
        options[command.count] = min(count, limit)
    arguments = table.get("arguments", [])
    if not isinstance(arguments, list) or not all(isinstance(each, str) for each in arguments):
        raise UsageError(f"arguments of {place} are {arguments!r}: give a list of texts")
    for option, value in (*options.items(), *gpu.items()):
        _check_value(option, value, place)
    hours = _table(table, "hours", place)
    _check_keys(hours, DEVICES, f"hours of {place}")
    for value in hours.values():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise UsageError(f"hours of {place} has {value!r}: give a number of hours")
    values = [*arguments, *options.values()]
    _check_splits(arguments, options, place)
    inputs = tuple(each for each in find_references(values) if each != OUT)
    return Stage(name, command, tuple(arguments), options, inputs, hours)


def _derive_seed(seed: int, name: str) -> int:
    """Give each stage another seed: with the same, two would augment alike."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:3], "big")


def _find_command(given: Any, place: str) -> Command:
    if not isinstance(given, str) or given not in COMMANDS:
        raise UsageError(f"{place} has command {given!r}: use one of {', '.join(COMMANDS)}")
    return COMMANDS[given]


def _check_value(option: str, value: Any, place: str) -> None:
    if option in _SET_HERE:
        raise UsageError(f"{place} has option {option!r}, which the recipe gives itself: remove it")
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, (str, int, float, bool)) or (
            isinstance(value, list) and isinstance(each, bool)
        ):
            raise UsageError(
                f"option {option} of {place} is {each!r}: give a text, a number, true, or a list"
            )


def _check_splits(arguments: list[str], options: Mapping[str, Any], place: str) -> None:
    splits = [asked[1] for asked in map(parse_split, arguments) if asked is not None]
    for split in splits:
        if split not in _SPLITS:
            raise UsageError(f"{place} asks for split {split!r}: use {', '.join(_SPLITS)}")
    if has_split([each for each in arguments if parse_split(each) is None] + [*options.values()]):
        raise UsageError(
            f"{place} has a split inside a value: it lists pictures, so write it as an argument "
            "of its own"
        )


def _order(stages: Mapping[str, Stage], data: Mapping[str, Any], path: Path) -> list[str]:
    """Return the names so that each comes after what it needs, else in the file's order."""
    for stage in stages.values():
        for name in stage.inputs:
            if name not in stages and name not in data:
                raise UsageError(
                    f"stage {stage.name} of {path} refers to {{{name}}}, which is neither data "
                    f"nor a stage{_suggest(name, (*data, *stages))}"
                )
    needs = {
        stage.name: [name for name in stage.inputs if name in stages] for stage in stages.values()
    }
    sorter, places = graphlib.TopologicalSorter(needs), list(stages)
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        circle = " -> ".join(error.args[1])
        raise UsageError(f"stages of {path} need each other: {circle}") from error
    ready: list[str] = []
    order: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=places.index)
        order.append(ready.pop(0))
        sorter.done(order[-1])
    return order


def _table(tables: Mapping[str, Any], key: str, place: str) -> dict[str, Any]:
    found = tables.get(key, {})
    if not isinstance(found, dict):
        raise UsageError(f"{key} in {place} is {found!r}: it must be a table")
    return found


def _check_keys(found: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    names = list(known)
    for key in found:
        if key not in names:
            raise UsageError(f"{key!r} in {place} is unknown{_suggest(key, names)}")


def _suggest(word: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f": did you mean {close[0]!r}?" if close else f": use one of {', '.join(names)}"


def _whole(value: Any, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UsageError(f"{place} is {value!r}: give a whole number")
    return value
