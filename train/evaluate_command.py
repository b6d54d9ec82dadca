"""``python -m train evaluate``: judge a run, or masks made by anything, on data sets."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from train.datasets.form import load_dataset
from train.errors import UsageError
from train.numbers import positive_int
from train.run import RunFolder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train evaluate", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN", nargs="?")
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="DIR",
        help="instead of RUN: a folder of STEM.png masks, as device.cutout --alpha writes them",
    )
    parser.add_argument("--data", action="append", required=True, type=Path, metavar="DIR")
    parser.add_argument(
        "--split",
        default="val",
        help="train, val (default) or all, of a data set that was never trained on",
    )
    parser.add_argument(
        "--limit", type=positive_int, help="at most so many pictures of each data set"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    return parser


def main(arguments: list[str]) -> int:
    """Evaluate; return the exit code."""
    options = _parser().parse_args(arguments)
    if (options.run is None) == (options.predictions is None):
        raise UsageError("name either a RUN or --predictions DIR")
    if options.predictions and not options.predictions.is_dir():
        raise UsageError(f"{options.predictions} is not a folder: name the folder of the masks")
    run = None if options.run is None else RunFolder(options.run)
    architecture = None if run is None else run.architecture()
    datasets = [load_dataset(path) for path in options.data]
    for dataset in datasets:
        if not dataset.split(options.split):
            raise UsageError(
                f"{dataset.path} has no picture in split {options.split!r}: use train, val or all"
            )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Heavy, so after the checks above.
    from train.evaluate import evaluate, file_masker, network_masker, table  # noqa: PLC0415

    if run is None or architecture is None:
        masker = file_masker(options.predictions)
    else:
        masker = network_masker(run.load_model().predict_on_batch, architecture)
    scores = evaluate(
        masker,
        datasets,
        split=options.split,
        limit=options.limit,
        show_progress=True,
    )
    if options.json:
        figures = {name: score.as_dict() for name, score in scores.items()}
        sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    else:
        sys.stdout.write(table(scores) + "\n")
    return 0
