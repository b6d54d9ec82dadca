"""``python -m train evaluate``: judge a run on data sets."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from train.datasets.form import load_dataset
from train.errors import UsageError
from train.run import RunFolder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train evaluate", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--data", action="append", required=True, type=Path, metavar="DIR")
    parser.add_argument("--split", default="val", help="train or val (default)")
    parser.add_argument("--limit", type=int, help="at most so many pictures of each data set")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    return parser


def main(arguments: list[str]) -> int:
    """Evaluate; return the exit code."""
    options = _parser().parse_args(arguments)
    run = RunFolder(options.run)
    architecture = run.architecture()
    datasets = [load_dataset(path) for path in options.data]
    for dataset in datasets:
        if not dataset.split(options.split):
            raise UsageError(
                f"{dataset.path} has no picture in split {options.split!r}: use train or val"
            )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from train.evaluate import evaluate, table  # noqa: PLC0415 - after the checks above

    model = run.load_model()
    scores = evaluate(
        model.predict_on_batch,
        datasets,
        architecture,
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
