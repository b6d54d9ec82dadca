"""From a recipe to steps, each with the key that says of what its output is made."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.errors import UsageError
from train.recipes.data_root import DataEntry, open_entry
from train.recipes.recipe import Recipe, Stage

_KEY_FORMAT = 1
"""Raised when the same key would begin to mean another output."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of which it is known what it is made from.

    Attributes:
        stage: the command with its options.
        key: hash of options, versions, and the keys of all inputs.
        made_of: what was hashed, for the record beside the output.
    """

    stage: Stage
    key: str
    made_of: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Of the stage."""
        return self.stage.name


@dataclass(frozen=True, slots=True)
class Plan:
    """All of a recipe, ready to be run.

    Attributes:
        recipe: with profile and device applied.
        entries: the data that stages refer to, by name.
        steps: by name, each after those that it needs.
    """

    recipe: Recipe
    entries: Mapping[str, DataEntry]
    steps: Mapping[str, Step]

    def find_step(self, name: str) -> Step:
        """Return a step.

        Raises:
            UsageError: the recipe has none of that name.
        """
        if name not in self.steps:
            raise UsageError(f"the recipe has no stage {name!r}: use {', '.join(self.steps)}")
        return self.steps[name]

    def list_needed(self, step: Step) -> list[Step]:
        """Return the steps that one is made from, in order, with itself."""
        needed = {step.name}
        for each in reversed(list(self.steps.values())):
            if each.name in needed:
                needed |= set(each.stage.inputs)
        return [each for each in self.steps.values() if each.name in needed]


def make_plan(recipe: Recipe, data_root: Path) -> Plan:
    """Find the data and give each stage its key.

    Raises:
        UsageError: data is missing.
    """
    used = {name for stage in recipe.stages.values() for name in stage.inputs}
    entries = {
        name: open_entry(name, _find(recipe, data_root, place), recipe.limit)
        for name, place in recipe.data.items()
        if name in used
    }
    keys = {name: entry.key for name, entry in entries.items()}
    steps = {}
    for stage in recipe.stages.values():
        made_of = _describe(stage, recipe.device, {name: keys[name] for name in stage.inputs})
        text = json.dumps(made_of, sort_keys=True)
        keys[stage.name] = hashlib.sha256(text.encode()).hexdigest()[:12]
        steps[stage.name] = Step(stage, keys[stage.name], made_of)
    return Plan(recipe, entries, steps)


def _find(recipe: Recipe, data_root: Path, place: str) -> Path:
    # What belongs to the project itself lies beside the recipe, not where data was fetched to.
    return (recipe.path.parent if place.startswith(".") else data_root) / place


def _describe(stage: Stage, device: str, inputs: Mapping[str, str]) -> dict[str, Any]:
    command = stage.command
    options = {
        name: value
        for name, value in stage.options.items()
        if name not in command.neutral and value is not False
    }
    made_of = {
        "format": _KEY_FORMAT,
        "name": stage.name,  # data sets and runs are named after their folder
        "command": command.name,
        "arguments": list(stage.arguments),
        "options": options,
        "inputs": inputs,
        "versions": {name: _find_version(name) for name in ("selvedge", *command.libraries)},
    }
    # Both compute the same in another order, and so not the same to the last bit.
    return {**made_of, "device": device} if "tensorflow" in command.libraries else made_of


def _find_version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
