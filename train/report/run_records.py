"""What a run wrote about itself while it was trained: history.csv and metrics.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from train.charts.series import Point, Series
from train.charts.table import read_number, read_table
from train.datasets.dataset import Dataset, load_dataset
from train.errors import UsageError
from train.json_file import read_json
from train.runs.run_folder import RunFolder

IOU = "garment_iou"
_NO_POINT = ("", "nan", "inf", "-inf")


def read_curves(run: RunFolder) -> dict[str, list[Series]]:
    """Read history.csv: the loss and garment IoU, as series over epochs; none if it is missing.

    Raises:
        UsageError: it is damaged.
    """
    if not run.history.is_file():
        return {}
    columns, rows = read_table(run.history)
    if "epoch" not in columns:
        raise UsageError(f"{run.history} is damaged: it has no column epoch")
    curves: dict[str, list[Series]] = {}
    for column in columns:
        chart = "loss" if "loss" in column else IOU if column.startswith(IOU) else None
        if chart is None:
            continue
        points = tuple(
            Point(
                read_number(run.history, place, "epoch", row["epoch"]),
                read_number(run.history, place, column, row[column]),
            )
            for place, row in enumerate(rows, 2)
            # A column that began later is empty before; a loss that diverged has no place.
            if row[column].strip().lower() not in _NO_POINT
        )
        name = "mean of the sets" if column == IOU else column.removeprefix(f"{IOU}_")
        if points:
            curves.setdefault(chart, []).append(Series(name, points, line=True))
    return curves


def read_final_ious(run: RunFolder) -> dict[str, float]:
    """Read each set's garment IoU that metrics.json has from the end of training; none if missing.

    Raises:
        UsageError: it is damaged.
    """
    if not run.metrics.is_file():
        return {}
    try:
        sets: dict[str, Any] = read_json(run.metrics)["sets"]
        return {name: float(figures[IOU]) for name, figures in sets.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{run.metrics} is damaged: train it again") from error


def open_planned_datasets(run: RunFolder, split: str) -> list[Dataset]:
    """Open the data sets that a run was trained with and that have pictures in a split.

    Raises:
        UsageError: the run does not say where they are, or they are gone or have no such picture.
    """
    try:
        plan = read_json(run.plan)
        paths = [Path(source["path"]) for source in plan["sources"]]
    except OSError as error:
        raise UsageError(
            f"{run.path} does not say where its data sets are: name them with --data"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{run.plan} is damaged: name the data sets with --data") from error
    try:
        datasets = [load_dataset(path) for path in paths]
    except UsageError as error:
        raise UsageError(f"{error}; if it was moved, name it with --data") from error
    kept = [dataset for dataset in datasets if dataset.select(split)]
    if not kept:
        raise UsageError(
            f"no data set of {run.path} has a picture in split {split!r}: name others with --data"
        )
    return kept
