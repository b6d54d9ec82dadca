"""``python -m train evaluate``: judge a run, a bundle, or masks made by anything, on data sets."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from train.atomic_file import write_json
from train.commands.argument_types import positive_int
from train.datasets.dataset import Dataset, load_dataset
from train.datasets.one_picture import count_passed_over
from train.errors import UsageError
from train.evaluation.rig_verdicts import read_verdicts
from train.evaluation.studio_figures import Trust, measure_trust
from train.evaluation.subject import Subject, recognise

if TYPE_CHECKING:
    from train.evaluation.metrics import Score

FORMAT = "selvedge-evaluation"
FORMAT_VERSION = 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train evaluate", description=__doc__)
    parser.add_argument(
        "judged",
        type=Path,
        metavar="RUN",
        nargs="?",
        help="a run of train fit, or a bundle of convert: its int8 model, before the rig "
        "refines edges",
    )
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="DIR",
        help="instead of RUN: a folder of STEM.png masks, as device.cutout --alpha writes them",
    )
    parser.add_argument(
        "--verdicts",
        type=Path,
        metavar="FILE",
        help="the table that device.cutout --verdicts wrote beside these masks: says what an "
        "`ok` is worth",
    )
    parser.add_argument(
        "--data",
        action="append",
        required=True,
        type=Path,
        metavar="DIR",
        help="data set to judge on; may be given again",
    )
    parser.add_argument(
        "--split",
        default="val",
        help="train, val (default) or all, of a data set that was never trained on",
    )
    parser.add_argument(
        "--limit",
        type=positive_int,
        metavar="N",
        help="at most so many pictures of each data set (default: all)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write the JSON, each picture included"
    )
    return parser


def load_datasets(paths: list[Path], split: str) -> list[Dataset]:
    """Open data sets to judge on.

    Raises:
        UsageError: no data set, nothing in the split, or two of one name.
    """
    datasets: list[Dataset] = []
    for path in paths:
        dataset = load_dataset(path)
        if not dataset.select(split):
            raise UsageError(
                f"{path} has no picture in split {split!r}: use train, val or all, or import "
                "with --val-share above 0"
            )
        if any(dataset.name == other.name for other in datasets):
            raise UsageError(
                f"two data sets are named {dataset.name!r}: import one under another --name"
            )
        datasets.append(dataset)
    return datasets


def warn_of_overlap(model: Subject, datasets: list[Dataset], split: str) -> list[str]:
    """Write to stderr, and return, where a model is evaluated on what it was trained on."""
    warnings = []
    for dataset in datasets:
        overlap, pictures = model.count_trained_on(dataset, split), len(dataset.select(split))
        if overlap:
            warnings.append(
                f"{model.name} was trained on {overlap} of the {pictures} pictures of "
                f"{dataset.name}: its figures flatter it"
            )
            sys.stderr.write(f"selvedge: {warnings[-1]}\n")
    return warnings


def describe_scores(
    title: str, split: str, scores: dict[str, Score], trusts: dict[str, Trust]
) -> dict[str, object]:
    """Return what ``--output`` writes: all figures, and the counts of each picture."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "judged": title,
        "split": split,
        "sets": {
            name: {
                **_describe_set(score, trusts.get(name)),
                "per_picture": [picture.as_dict() for picture in score.per_picture],
            }
            for name, score in scores.items()
        },
    }


def _describe_set(score: Score, trust: Trust | None) -> dict[str, object]:
    figures: dict[str, object] = score.as_dict()
    return figures if trust is None else {**figures, "verdicts": trust.as_dict()}


def _check_options(options: argparse.Namespace) -> None:
    if (options.judged is None) == (options.predictions is None):
        raise UsageError("name either a RUN or --predictions DIR")
    if options.predictions and not options.predictions.is_dir():
        raise UsageError(f"{options.predictions} is not a folder: name the folder of the masks")
    if options.verdicts and options.judged:
        raise UsageError("--verdicts belong to masks that the rig made: give --predictions DIR")
    if options.output and options.output.is_dir():
        raise UsageError(f"{options.output} is a folder: name a file to write")


def main(arguments: list[str]) -> int:
    """Evaluate; return the exit code: 1 where pictures were passed over."""
    options = _parser().parse_args(arguments)
    _check_options(options)
    states = {} if options.verdicts is None else read_verdicts(options.verdicts)
    model = None if options.judged is None else recognise(options.judged)
    datasets = load_datasets(options.data, options.split)
    # Heavy, so after the checks above.
    from train.evaluation.console_report import format_scores  # noqa: PLC0415
    from train.evaluation.evaluate import evaluate, make_file_masker, report_passed_over  # noqa: PLC0415

    if model is None:
        masker = make_file_masker(options.predictions)
    else:
        warn_of_overlap(model, datasets, options.split)
        masker = model.load_masker()
    scores = evaluate(
        masker, datasets, split=options.split, limit=options.limit, show_progress=True
    )
    trusts = {
        name: measure_trust(score.per_picture, {stem: each.state for stem, each in states.items()})
        for name, score in (scores.items() if states else ())
    }
    if options.output:
        title = options.predictions.name if model is None else model.id
        write_json(options.output, describe_scores(title, options.split, scores, trusts))
    if options.json:
        figures = {name: _describe_set(score, trusts.get(name)) for name, score in scores.items()}
        sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    else:
        sys.stdout.write(format_scores(scores, trusts) + "\n")
    passed_over = report_passed_over(scores)
    if passed_over:
        sys.stderr.write(f"{count_passed_over(passed_over)}\n")
    return 1 if passed_over else 0
