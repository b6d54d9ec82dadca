"""``python -m train fit``: train a garment model."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from train.commands.fit_arguments import make_parser
from train.commands.fit_plan import describe_plan, make_plan
from train.datasets.one_picture import count_passed_over
from train.errors import UsageError
from train.runs.plan import Plan, read_plan
from train.runs.run_folder import RunFolder
from train.runs.run_lock import hold_run

if TYPE_CHECKING:
    from train.training.distribution import Distribution


def main(arguments: list[str]) -> int:
    """Train; return the exit code."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    resumed = _read_resumed_plan(parser, options) if options.resume else None
    if resumed is None and not (options.data or options.paste):
        raise UsageError("there is nothing to train on: name data sets with --data or --paste")
    strategy = options.strategy if resumed is None else resumed.schedule.strategy
    # Workers join each other before anything else uses TensorFlow; one alone need not hurry.
    distribution = _start_distribution(strategy) if strategy else None
    is_chief = distribution is None or distribution.is_chief
    command = "python -m train fit " + shlex.join(arguments)
    plan = resumed or make_plan(options, command, is_chief=is_chief)
    if resumed is None and options.init is None:
        sys.stderr.write(
            "note: without --init the network starts at random, and needs many more pictures and "
            "epochs\n"
        )
    if options.dry_run:
        return _describe_only(plan)
    from train.evaluation.evaluate import format_table  # noqa: PLC0415 - TensorFlow, after the checks above
    from train.training.loop import fit  # noqa: PLC0415

    with hold_run(plan.run) if is_chief else contextlib.nullcontext():
        scores = fit(plan, distribution)
    passed_over = sum(len(score.passed_over) for score in scores.values())
    if is_chief:
        files = f"{plan.run.path}: model.keras, metrics.json, history.csv"
        sys.stdout.write(f"{format_table(scores)}\n{files}\n")
    if passed_over:
        sys.stderr.write(f"{count_passed_over(passed_over)}\n")
    return 1 if passed_over else 0


def _read_resumed_plan(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Plan:
    without_others = vars(parser.parse_args([str(options.run), "--resume"]))
    if vars(options) != without_others | {"workers": options.workers}:
        raise UsageError(
            "--resume goes on with what RUN was begun with: give no other option but --workers"
        )
    run = RunFolder(options.run)
    manifest = run.read_manifest() if run.manifest.is_file() else {}
    if "averaged" in manifest or "trained_at" in manifest:
        raise UsageError(
            f"{run.path} was made from other runs and has nothing to go on with: train from it "
            f"with --init {run.model}"
        )
    plan = read_plan(run)
    # The batches are the same for any number of them.
    return plan if options.workers is None else replace(plan, workers=options.workers)


def _describe_only(plan: Plan) -> int:
    """Check the data, say what would be trained, and write nothing; return the exit code."""
    from train.training.preflight import check_data  # noqa: PLC0415 - only here before TensorFlow

    check_data(plan.datasets)
    sys.stdout.write(f"{describe_plan(plan)}\nnothing was written: leave --dry-run out to train\n")
    return 0


def _start_distribution(strategy: str) -> Distribution:
    from train.training.distribution import start_distribution  # noqa: PLC0415 - TensorFlow

    return start_distribution(strategy)
