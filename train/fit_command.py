"""``python -m train fit``: train a garment model."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from train.config import Architecture, Schedule
from train.datasets.form import load_dataset
from train.errors import UsageError
from train.run import RunFolder

if TYPE_CHECKING:
    from train.samples import Source


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train fit", description=__doc__)
    network, schedule = Architecture(), Schedule()
    parser.add_argument("run", type=Path, metavar="RUN", help="folder to write")
    parser.add_argument(
        "--data",
        action="append",
        required=True,
        metavar="DIR[=N]",
        help="data set to train on, each picture N times an epoch; may be repeated",
    )
    parser.add_argument(
        "--paste",
        action="append",
        default=[],
        metavar="DIR[=N]",
        help="like --data, and its garments are also cut out and laid onto other backdrops "
        "and onto bare forms of the other data sets",
    )
    parser.add_argument(
        "--init",
        type=Path,
        metavar="FILE",
        help="initial weights: a PASCAL VOC DeepLab .tflite, or the model.keras of a run",
    )
    parser.add_argument("--resume", action="store_true", help="go on where RUN was stopped")
    parser.add_argument("--epochs", type=int, default=schedule.epochs)
    parser.add_argument("--head-epochs", type=int, default=schedule.head_epochs)
    parser.add_argument("--batch-size", type=int, default=schedule.batch_size)
    parser.add_argument("--learning-rate", type=float, default=schedule.learning_rate)
    parser.add_argument("--weight-decay", type=float, default=schedule.weight_decay)
    parser.add_argument("--seed", type=int, default=schedule.seed)
    parser.add_argument("--input-height-px", type=int, default=network.input_height_px)
    parser.add_argument("--input-width-px", type=int, default=network.input_width_px)
    parser.add_argument("--output-stride", type=int, choices=(8, 16), default=16)
    parser.add_argument("--atrous-rates", type=int, nargs="+", default=network.atrous_rates)
    parser.add_argument("--width-multiplier", type=float, default=network.width_multiplier)
    parser.add_argument(
        "--validation-limit",
        type=int,
        default=60,
        metavar="N",
        help="pictures of each data set validated after each epoch; all of them at the end",
    )
    parser.add_argument("--paste-share", type=float, default=0.5, help="default: %(default)s")
    return parser


def _source(text: str, *, paste: bool) -> Source:
    from train.samples import Source  # noqa: PLC0415 - OpenCV, not needed to show --help

    folder, _, repeats = text.partition("=")
    if repeats and not (repeats.isdecimal() and int(repeats) >= 1):
        raise UsageError(f"data set {text!r} does not fit: write DIR or DIR=2")
    return Source(load_dataset(Path(folder)), int(repeats or 1), paste)


def _check(options: argparse.Namespace, sources: list[Source], run: RunFolder) -> None:
    if options.epochs < 1 or options.batch_size < 1 or not options.head_epochs >= 0:
        raise UsageError("--epochs and --batch-size need 1 or more, --head-epochs 0 or more")
    names = [source.dataset.name for source in sources]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two data sets are named {name!r}: import one under another --name")
    if not any(source.dataset.split("train") for source in sources):
        raise UsageError("no data set has a picture to train on: see the split in index.csv")
    if not any(source.dataset.split("val") for source in sources):
        raise UsageError("no data set has a picture kept apart: import with --val-share above 0")
    if options.resume and not run.manifest.is_file():
        raise UsageError(f"{run.path} is not a run: there is nothing to resume")
    if not options.resume and run.manifest.exists():
        raise UsageError(f"{run.path} is a run already: add --resume, or name a new folder")
    if options.init and not options.init.is_file():
        raise UsageError(f"initial weights {options.init} do not exist: name a file")


def main(arguments: list[str]) -> int:
    """Train; return the exit code."""
    options = _parser().parse_args(arguments)
    run = RunFolder(options.run)
    sources = [_source(text, paste=False) for text in options.data]
    sources += [_source(text, paste=True) for text in options.paste]
    _check(options, sources, run)
    architecture = (
        run.architecture()
        if options.resume
        else Architecture(
            input_height_px=options.input_height_px,
            input_width_px=options.input_width_px,
            output_stride=options.output_stride,
            atrous_rates=tuple(options.atrous_rates),
            width_multiplier=options.width_multiplier,
            # Deployed weights have their norms folded in; a random start cannot do without.
            batch_norm=options.init is None,
        )
    )
    schedule = Schedule(
        epochs=options.epochs,
        head_epochs=min(options.head_epochs, options.epochs) if options.init else 0,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        weight_decay=options.weight_decay,
        seed=options.seed,
    )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's banner is not our message
    from train.evaluate import table  # noqa: PLC0415 - TensorFlow, after the checks above
    from train.fit import Plan, fit  # noqa: PLC0415

    plan = Plan(
        run,
        sources,
        architecture,
        schedule,
        options.init,
        "python -m train fit " + shlex.join(arguments),
        options.validation_limit,
        options.paste_share,
    )
    scores = fit(plan)
    sys.stdout.write(f"{table(scores)}\n{run.path}: model.keras, metrics.json, history.csv\n")
    return 0
