"""The folder of a recipe's outputs: one folder for each key, whole or marked as unfinished."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.atomic_file import write_json
from train.recipes.planning import Step

_RECORD = "stage.json"


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """Where stages are kept.

    ``stages/KEY/NAME`` is a finished output, ``stages/KEY.part/NAME`` an unfinished one, and
    ``NAME`` a link to what belongs to the recipe as it is now.

    Attributes:
        path: the folder.
    """

    path: Path

    @property
    def data(self) -> Path:
        """Folders of links to a part of the data."""
        return self.path / "data"

    def find(self, step: Step) -> Path:
        """Return the folder of a finished step, which has its output and its record."""
        return self.path / "stages" / step.key

    def find_part(self, step: Step) -> Path:
        """Return the folder in which a step is made."""
        return self.path / "stages" / f"{step.key}.part"

    def is_done(self, step: Step) -> bool:
        """Return whether the step's output is there, whole."""
        return (self.find(step) / _RECORD).is_file()

    def is_begun(self, step: Step) -> bool:
        """Return whether something is left of a step that can be gone on with."""
        return step.stage.command.resumes and (self.find_part(step) / step.name).is_dir()

    def begin(self, step: Step, inputs: Mapping[str, Path]) -> Path:
        """Make the folder to run a step in, with links to what it reads beside its output.

        A command then names its inputs as the recipe does, and what it writes down of itself is
        the same in every work folder.

        Args:
            step: what is begun, or gone on with.
            inputs: path of each input by the name of its link.

        Returns:
            The folder.
        """
        folder = self.find_part(step)
        if not step.stage.command.resumes:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in inputs.items():
            _link(folder / name, path)
        if step.stage.command.resumes:
            self.publish(step)
        return folder

    def finish(self, step: Step, record: Mapping[str, Any]) -> None:
        """Rename a step's folder into place once all of it is on the disk."""
        part = self.find_part(step)
        write_json(part / _RECORD, {**record, "made_of": step.made_of})
        os.sync()  # once for all files: an output may be thousands of pictures
        shutil.rmtree(self.find(step), ignore_errors=True)  # without its record
        part.replace(self.find(step))
        self.publish(step)

    def publish(self, step: Step) -> None:
        """Let the link with the step's name lead to its output."""
        folder = self.find(step) if self.is_done(step) else self.find_part(step)
        _link(self.path / step.name, folder / step.name)


def _link(link: Path, target: Path) -> None:
    """Point a link at a target, by a relative path where both move together."""
    # A stage's folder is renamed beside the others: its links to them stay right.
    near = link.parent.parent.parent if link.parent.parent.name == "stages" else link.parent
    relative = target.absolute().is_relative_to(near.absolute())
    text = os.path.relpath(target.absolute(), link.parent.absolute()) if relative else str(target)
    if link.is_symlink() and os.readlink(link) == text:  # noqa: PTH115 - its text, not a path
        return
    aside = link.with_name(f".{link.name}.link")
    aside.unlink(missing_ok=True)
    aside.symlink_to(text)
    aside.replace(link)
