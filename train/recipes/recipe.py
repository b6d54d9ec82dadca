"""A recipe: its stages as the file has them, with one profile and one device applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.recipes.commands import Command

DEVICES = ("cpu", "gpu")


@dataclass(frozen=True, slots=True)
class Stage:
    """One command with what it is given.

    Attributes:
        name: of the stage, and of its output folder.
        command: what is run.
        arguments: values without an option, with references.
        options: values by option, with references.
        inputs: names of the stages and data entries that it refers to.
        hours: how long it is expected to take, by device.
    """

    name: str
    command: Command
    arguments: tuple[str, ...]
    options: Mapping[str, Any]
    inputs: tuple[str, ...]
    hours: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Recipe:
    """All stages, each after those that it needs.

    Attributes:
        path: the file.
        name: of the recipe and the profile, for the work folder.
        data: where each data entry lies: below the data root, or beside the recipe where it
            begins with a dot.
        stages: by name, in the order in which they run.
        device: ``cpu`` or ``gpu``.
        limit: pictures of each folder of data, and scenes of each studio, at most; None for all.
    """

    path: Path
    name: str
    data: Mapping[str, str]
    stages: Mapping[str, Stage]
    device: str
    limit: int | None
