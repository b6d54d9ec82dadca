"""Whole states of a training run on disk: to go on after a crash as if it had not been."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from train.run import RunFolder


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after an epoch.

    Attributes:
        epoch: epochs finished.
        history: one row of figures per finished epoch.
        best_garment_iou: the best so far.
        average: the moving average of all weights, in the model's order.
        model_path: the model with its optimiser.
    """

    epoch: int
    history: list[dict[str, Any]]
    best_garment_iou: float
    average: list[np.ndarray[Any, Any]]
    model_path: Path


def _folders(run: RunFolder) -> list[Path]:
    return sorted(run.checkpoints.glob("epoch-*"))


def save(
    run: RunFolder,
    model: keras.Model,
    *,
    epoch: int,
    history: list[dict[str, Any]],
    best_garment_iou: float,
    average: list[np.ndarray[Any, Any]],
) -> None:
    """Write a checkpoint aside, rename it into place, then remove the older ones."""
    aside = run.checkpoints / f".epoch-{epoch:04d}.part"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    model.save(aside / "model.keras")
    np.savez(aside / "average.npz", *average)
    state = {"epoch": epoch, "history": history, "best_garment_iou": best_garment_iou}
    (aside / "state.json").write_text(json.dumps(state))
    for path in aside.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    aside.replace(run.checkpoints / f"epoch-{epoch:04d}")
    for older in _folders(run)[:-1]:
        shutil.rmtree(older)


def newest(run: RunFolder) -> Checkpoint | None:
    """Read the newest whole checkpoint, or None when there is none."""
    folders = _folders(run)
    if not folders:
        return None
    folder = folders[-1]
    state = json.loads((folder / "state.json").read_text())
    with np.load(folder / "average.npz") as arrays:
        average = [arrays[f"arr_{number}"] for number in range(len(arrays.files))]
    return Checkpoint(
        state["epoch"],
        state["history"],
        state["best_garment_iou"],
        average,
        folder / "model.keras",
    )
