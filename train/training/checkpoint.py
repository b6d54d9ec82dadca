"""Whole states of a training run on disk: to go on after a crash as if it had not been."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from train.atomic_file import settle
from train.errors import UsageError
from train.runs.run_folder import RunFolder

Arrays = list[np.ndarray[Any, Any]]
_KEPT = 2  # the newest, and one to fall back to


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after an epoch.

    Attributes:
        epoch: epochs finished.
        history: one row of figures per finished epoch.
        best_garment_iou: the best so far.
        average: the moving average of all weights, in the model's order.
        state: values of the model's weights and of its dropouts' seeds.
        optimizer: values of the optimiser's variables: moments, and the step that the
            learning rate follows.
    """

    epoch: int
    history: list[dict[str, Any]]
    best_garment_iou: float
    average: Arrays
    state: Arrays
    optimizer: Arrays

    def restore_model(self, model: keras.Model) -> None:
        """Give ``model``, freshly built, its weights and seeds back."""
        _assign(_list_state_variables(model), self.state)

    def restore_optimizer(self, model: keras.Model) -> None:
        """Give the optimiser of ``model``, freshly compiled for the same phase, its state back."""
        model.optimizer.build(model.trainable_variables)
        _assign(model.optimizer.variables, self.optimizer)


def _list_state_variables(model: keras.Model) -> list[Any]:
    seeds = [
        layer.seed_generator.state for layer in model.layers if hasattr(layer, "seed_generator")
    ]
    return [*model.weights, *seeds]


def _assign(variables: list[Any], values: Arrays) -> None:
    if [tuple(variable.shape) for variable in variables] != [value.shape for value in values]:
        raise UsageError("the checkpoint is of another architecture: train into a new folder")
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _list_folders(run: RunFolder) -> list[Path]:
    return sorted(run.checkpoints.glob("epoch-*"))


def save(
    run: RunFolder,
    model: keras.Model,
    *,
    epoch: int,
    history: list[dict[str, Any]],
    best_garment_iou: float,
    average: Arrays,
) -> None:
    """Write a checkpoint aside, rename it into place, then remove all but the one before it."""
    aside = run.checkpoints / f".epoch-{epoch:04d}.part"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    np.savez(aside / "average.npz", *average)
    np.savez(aside / "state.npz", *(variable.numpy() for variable in _list_state_variables(model)))
    np.savez(aside / "optimizer.npz", *(variable.numpy() for variable in model.optimizer.variables))
    progress = {"epoch": epoch, "history": history, "best_garment_iou": best_garment_iou}
    (aside / "progress.json").write_text(json.dumps(progress))
    settle(aside)
    place = run.checkpoints / f"epoch-{epoch:04d}"
    shutil.rmtree(place, ignore_errors=True)  # a damaged one that resuming fell back from
    aside.replace(place)
    for older in _list_folders(run)[:-_KEPT]:
        shutil.rmtree(older)


def read_newest(run: RunFolder) -> Checkpoint | None:
    """Read the newest whole checkpoint, or None when there is none at all.

    A damaged one is named on stderr and passed over for the one before it.

    Raises:
        UsageError: there are some, and all are damaged.
    """
    folders = _list_folders(run)
    damaged: list[str] = []
    for folder in reversed(folders):
        found = _read_whole(folder)
        if found is not None:
            if damaged:
                sys.stderr.write(f"{', '.join(damaged)} is damaged: taking {folder.name}\n")
            return found
        damaged.append(folder.name)
    if damaged:
        raise UsageError(
            f"{run.checkpoints} has no whole checkpoint, {', '.join(damaged)} is damaged: "
            "train into a new folder"
        )
    return None


def _read_whole(folder: Path) -> Checkpoint | None:
    try:
        return _read(folder)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None


def _read(folder: Path) -> Checkpoint:
    progress = json.loads((folder / "progress.json").read_text())
    return Checkpoint(
        int(progress["epoch"]),
        [dict(row) for row in progress["history"]],
        float(progress["best_garment_iou"]),
        average=_read_arrays(folder / "average.npz"),
        state=_read_arrays(folder / "state.npz"),
        optimizer=_read_arrays(folder / "optimizer.npz"),
    )


def _read_arrays(path: Path) -> Arrays:
    with np.load(path) as arrays:
        return [arrays[f"arr_{number}"] for number in range(len(arrays.files))]
