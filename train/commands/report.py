"""``python -m train report``: one page about a run, and how it compares with another."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from train.atomic_file import write_atomically
from train.commands.argument_types import positive_int
from train.commands.evaluate import load_datasets, warn_of_seen
from train.errors import UsageError
from train.evaluation.subject import Subject, recognise
from train.report.run_records import planned_datasets, read_curves, read_recorded


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train report", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN", help="a run, or a bundle with --data")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="REPORT.html")
    parser.add_argument(
        "--against", type=Path, metavar="RUN", help="another run or bundle to compare with"
    )
    parser.add_argument(
        "--data",
        action="append",
        type=Path,
        metavar="DIR",
        help="judge on these instead of the run's own data sets; may be repeated",
    )
    parser.add_argument("--split", default="val", help="train, val (default) or all")
    parser.add_argument(
        "--limit", type=positive_int, metavar="N", help="at most N pictures of each data set"
    )
    return parser


def main(arguments: list[str]) -> int:
    """Report; return the exit code."""
    options = _parser().parse_args(arguments)
    if options.output.is_dir():
        raise UsageError(f"{options.output} is a folder: name a file to write")
    judged = recognise(options.run)
    rival = None if options.against is None else recognise(options.against)
    curves = {} if judged.run is None else read_curves(judged.run)
    recorded = {} if judged.run is None else read_recorded(judged.run)
    if options.data:
        datasets = load_datasets(options.data, options.split)
    elif judged.run is None:
        raise UsageError(f"{options.run} is a bundle: name data sets to judge it on with --data")
    else:
        datasets = planned_datasets(judged.run, options.split)
    models: list[Subject] = [judged] if rival is None else [judged, rival]
    warnings = [
        warning for model in models for warning in warn_of_seen(model, datasets, options.split)
    ]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Heavy, so after the checks above.
    from train.evaluation.evaluate import evaluate  # noqa: PLC0415
    from train.report.sections import Findings, compose  # noqa: PLC0415

    maskers = [model.masker() for model in models]
    scores = []
    for model, masker in zip(models, maskers, strict=True):
        sys.stderr.write(f"judging {model.name}\n")
        scores.append(
            evaluate(masker, datasets, split=options.split, limit=options.limit, show_progress=True)
        )
    findings = Findings(
        models, maskers, scores, datasets, options.split, options.limit, curves, recorded, warnings
    )
    write_atomically(options.output, compose(findings).encode())
    sys.stdout.write(f"{options.output}: open it in any browser\n")
    return 0
