"""``python -m train report``: one page about a run, and how it compares with another."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from train.atomic_file import write_atomically
from train.commands.argument_types import positive_int
from train.commands.evaluate import load_datasets, warn_of_overlap
from train.errors import UsageError
from train.evaluation.subject import Subject, recognise
from train.report.run_records import open_planned_datasets, read_curves, read_final_ious

if TYPE_CHECKING:
    from train.datasets.dataset import Dataset
    from train.report.sections import Evaluated


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
    reported = recognise(options.run)
    rival = None if options.against is None else recognise(options.against)
    curves = {} if reported.run is None else read_curves(reported.run)
    final_ious = {} if reported.run is None else read_final_ious(reported.run)
    datasets = _open_datasets(options, reported)
    warnings = [
        warning
        for model in (reported, rival)
        if model is not None
        for warning in warn_of_overlap(model, datasets, options.split)
    ]
    # Heavy, so after the checks above.
    from train.evaluation.evaluate import report_passed_over  # noqa: PLC0415
    from train.report.sections import Findings, render_report  # noqa: PLC0415

    ours = _evaluate(reported, datasets, options)
    theirs = None if rival is None else _evaluate(rival, datasets, options)
    passed_over = report_passed_over(ours.scores, {} if theirs is None else theirs.scores)
    if passed_over:
        warnings.append(f"{passed_over} pictures could not be used and are not in the figures")
    findings = Findings(
        ours=ours,
        theirs=theirs,
        datasets=datasets,
        split=options.split,
        limit=options.limit,
        curves=curves,
        final_ious=final_ious,
        warnings=warnings,
    )
    write_atomically(options.output, render_report(findings).encode())
    sys.stdout.write(f"{options.output}: open it in any browser\n")
    return 1 if passed_over else 0


def _open_datasets(options: argparse.Namespace, reported: Subject) -> list[Dataset]:
    if options.data:
        return load_datasets(options.data, options.split)
    if reported.run is None:
        raise UsageError(f"{options.run} is a bundle: name data sets to judge it on with --data")
    return open_planned_datasets(reported.run, options.split)


def _evaluate(model: Subject, datasets: list[Dataset], options: argparse.Namespace) -> Evaluated:
    from train.evaluation.evaluate import evaluate  # noqa: PLC0415 - TensorFlow
    from train.report.sections import Evaluated  # noqa: PLC0415

    masker = model.load_masker()
    sys.stderr.write(f"judging {model.name}\n")
    scores = evaluate(
        masker, datasets, split=options.split, limit=options.limit, show_progress=True
    )
    return Evaluated(model, masker, scores)
