"""What a run leaves on disk beside its checkpoints: how it was made, its curve, its model."""

from __future__ import annotations

import csv
import io
from typing import Any

import keras
import numpy as np

from train.atomic_file import write_atomically, write_json
from train.evaluation.evaluate import average_garment_iou
from train.evaluation.metrics import Score
from train.runs.model_file import save_model
from train.runs.plan import Plan
from train.runs.run_folder import RunFolder, describe


def write_origin(plan: Plan, init: dict[str, Any]) -> None:
    """Write what the run is made of, before its first step: plan, run.json and the splits.

    Args:
        plan: the run.
        init: the origin of the initial weights.
    """
    plan.write()
    data = [
        {
            "name": dataset.name,
            "source": dataset.source,
            "licence": dataset.licence,
            "pictures_train": len(dataset.select("train")),
            "pictures_val": len(dataset.select("val")),
        }
        for dataset in plan.datasets
    ]
    about = describe(
        architecture=plan.architecture,
        schedule=plan.schedule,
        init=init,
        command=plan.command,
        data=data,
    )
    write_json(plan.run.manifest, about)
    splits = {
        dataset.name: {
            split: [entry.stem for entry in dataset.select(split)] for split in ("train", "val")
        }
        for dataset in plan.datasets
    }
    write_json(plan.run.splits, splits)


def write_history(run: RunFolder, history: list[dict[str, Any]]) -> None:
    """Write history.csv: one row per epoch."""
    text = io.StringIO(newline="")
    columns = list(dict.fromkeys(key for row in history for key in row))
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_atomically(run.history, text.getvalue().encode())


def write_model(run: RunFolder, model: keras.Model) -> None:
    """Write the weights as a plain model that loads without any of our classes."""
    save_model(model, run.model)


def write_metrics(run: RunFolder, scores: dict[str, Score]) -> None:
    """Write metrics.json: the mean over the data sets and each set's own figures."""
    sets = {name: score.as_dict() for name, score in scores.items()}
    leaks = [score.leak for score in scores.values() if score.leak is not None]
    write_json(
        run.metrics,
        {
            "garment_iou": round(average_garment_iou(scores), 4),
            "boundary_f": round(float(np.mean([s.boundary_f for s in scores.values()] or [0])), 4),
            "leak": round(float(np.mean(leaks)), 4) if leaks else None,
            "sets": sets,
        },
    )
