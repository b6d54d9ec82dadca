"""``python -m train compare-inits``: what initial weights bought, at the same budget.

All that follows ``--`` goes to ``fit`` unchanged, once for each ``--init``; the runs differ in
nothing else. A comparison that was stopped goes on when the same command is given again.
"""

from __future__ import annotations

import argparse
import csv
import io
import shlex
import sys
from pathlib import Path

from train.atomic_file import write_atomically
from train.commands import chart as chart_command
from train.commands import fit as fit_command
from train.errors import UsageError
from train.initial_weights.origin import find_origin
from train.json_file import read_json
from train.runs.run_folder import RunFolder

_NOT_FOR_FIT = ("--init", "--resume", "--dry-run")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train compare-inits",
        description=__doc__,
        usage="%(prog)s OUT --init WEIGHTS --init none -- FIT_OPTION …",
        allow_abbrev=False,
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="folder for the runs and the curves")
    parser.add_argument(
        "--init",
        action="append",
        default=[],
        metavar="[NAME=]WEIGHTS",
        help="initial weights as for fit; NAME stands in the chart; give two or more",
    )
    return parser


def _parse_inits(texts: list[str]) -> dict[str, str]:
    """Split ``NAME=WEIGHTS``; weights without a name get their file's.

    Raises:
        UsageError: fewer than two, two of one name, or weights that are not there.
    """
    inits: dict[str, str] = {}
    for text in texts:
        name, _, weights = text.rpartition("=")
        find_origin(weights)
        name = name or Path(weights).stem
        if name in inits or name != Path(name).name:
            raise UsageError(f"--init {text} needs a name of its own: write NAME={weights}")
        inits[name] = weights
    if len(inits) < 2:
        raise UsageError("a comparison needs two starts: give --init WEIGHTS --init none")
    return inits


def main(arguments: list[str]) -> int:
    """Train from each start and draw the curves; return the exit code."""
    own, for_fit = _split(arguments)
    options = _parser().parse_args(own)
    inits = _parse_inits(options.init)
    if any(option.partition("=")[0] in _NOT_FOR_FIT for option in for_fit):
        raise UsageError(f"{', '.join(_NOT_FOR_FIT)} are not for fit here: name starts before --")
    rows = []
    for name, weights in inits.items():
        run = RunFolder(options.out / name)
        _train(run, [str(run.path), "--init", weights, *for_fit])
        with run.history.open(newline="", encoding="utf-8-sig") as file:
            rows += [(name, row["epoch"], row["garment_iou"]) for row in csv.DictReader(file)]
    table = options.out / "curves.csv"
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("start", "epoch", "garment_iou"))
    writer.writerows(rows)
    write_atomically(table, text.getvalue().encode())
    drawn = options.out / "curves.svg"
    columns = ["--x", "epoch", "--y", "garment_iou", "--series", "start", "--line"]
    titles = ["--x-title", "epoch", "--y-title", "garment IoU, validation"]
    return chart_command.main([str(table), "-o", str(drawn), *columns, *titles])


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Separate our own arguments from those for ``fit``."""
    place = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:place], arguments[place + 1 :]


def _train(run: RunFolder, arguments: list[str]) -> None:
    """Train one run, resume it, or leave it alone when it is finished."""
    if not run.plan.is_file():
        fit_command.main(arguments)
        return
    try:
        command = read_json(run.plan)["command"]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{run.plan} is damaged: name a new folder for the runs") from error
    if command != "python -m train fit " + shlex.join(arguments):
        raise UsageError(f"{run.path} was trained by another command: name a new folder")
    if run.metrics.is_file():
        sys.stderr.write(f"{run.path} is finished\n")
        return
    fit_command.main([str(run.path), "--resume"])
