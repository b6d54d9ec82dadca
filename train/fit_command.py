"""``python -m train fit``: train a garment model."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

from train.config import Architecture, Schedule
from train.datasets.form import load_dataset
from train.errors import UsageError
from train.numbers import positive_float, positive_int, share, whole_number
from train.plan import Plan, Source, read_plan
from train.run import RunFolder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train fit", description=__doc__)
    network, schedule = Architecture(), Schedule()
    parser.add_argument("run", type=Path, metavar="RUN", help="folder to write")
    parser.add_argument(
        "--data",
        action="append",
        default=[],
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
    parser.add_argument(
        "--resume", action="store_true", help="go on where RUN was stopped; takes no other option"
    )
    parser.add_argument("--epochs", type=positive_int, default=schedule.epochs)
    parser.add_argument("--head-epochs", type=whole_number, default=schedule.head_epochs)
    parser.add_argument("--batch-size", type=positive_int, default=schedule.batch_size)
    parser.add_argument("--learning-rate", type=positive_float, default=schedule.learning_rate)
    parser.add_argument("--weight-decay", type=share, default=schedule.weight_decay)
    parser.add_argument("--seed", type=whole_number, default=schedule.seed)
    parser.add_argument("--input-height-px", type=int, default=network.input_height_px)
    parser.add_argument("--input-width-px", type=int, default=network.input_width_px)
    parser.add_argument("--output-stride", type=int, choices=(8, 16), default=16)
    parser.add_argument("--atrous-rates", type=int, nargs="+", default=network.atrous_rates)
    parser.add_argument("--width-multiplier", type=positive_float, default=network.width_multiplier)
    parser.add_argument(
        "--validation-limit",
        type=positive_int,
        default=60,
        metavar="N",
        help="pictures of each data set validated after each epoch; all of them at the end",
    )
    parser.add_argument("--paste-share", type=share, default=0.5, help="default: %(default)s")
    return parser


def _source(text: str, *, paste: bool) -> Source:
    folder, _, repeats = text.partition("=")
    if repeats and not (repeats.isdecimal() and int(repeats) >= 1):
        raise UsageError(f"data set {text!r} does not fit: write DIR or DIR=2")
    return Source(load_dataset(Path(folder)), int(repeats or 1), paste)


def _check(sources: list[Source], run: RunFolder, init: Path | None) -> None:
    names = [source.dataset.name for source in sources]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two data sets are named {name!r}: import one under another --name")
    if not any(source.dataset.split("train") for source in sources):
        raise UsageError("no data set has a picture to train on: see the split in index.csv")
    if not any(source.dataset.split("val") for source in sources):
        raise UsageError("no data set has a picture kept apart: import with --val-share above 0")
    if run.plan.exists() or run.manifest.exists():
        raise UsageError(f"{run.path} is a run already: add --resume, or name a new folder")
    if init and not init.is_file():
        raise UsageError(f"initial weights {init} do not exist: name a file")


def _has_batch_norm(init: Path | None) -> bool:
    """Tell whether the backbone needs norms: a random start cannot do without.

    Deployed weights have theirs folded in; another run's model is as that run was.
    """
    if init is None:
        return True
    return init.suffix == ".keras" and RunFolder(init.parent).architecture().batch_norm


def _new_plan(options: argparse.Namespace, command: str) -> Plan:
    run, init = RunFolder(options.run), options.init
    sources = [_source(text, paste=False) for text in options.data]
    sources += [_source(text, paste=True) for text in options.paste]
    _check(sources, run, init)
    architecture = Architecture(
        input_height_px=options.input_height_px,
        input_width_px=options.input_width_px,
        output_stride=options.output_stride,
        atrous_rates=tuple(options.atrous_rates),
        width_multiplier=options.width_multiplier,
        batch_norm=_has_batch_norm(init),
    )
    schedule = Schedule(
        epochs=options.epochs,
        # A random start has no backbone to protect from the fresh head.
        head_epochs=min(options.head_epochs, options.epochs) if init else 0,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        weight_decay=options.weight_decay,
        seed=options.seed,
    )
    return Plan(
        run,
        sources,
        architecture,
        schedule,
        init,
        command,
        options.validation_limit,
        options.paste_share,
    )


def main(arguments: list[str]) -> int:
    """Train; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.resume:
        if vars(options) != vars(parser.parse_args([str(options.run), "--resume"])):
            raise UsageError("--resume goes on with what RUN was begun with: give no other option")
        plan = read_plan(RunFolder(options.run))
    else:
        if not options.data and not options.paste:
            raise UsageError("there is nothing to train on: name data sets with --data or --paste")
        plan = _new_plan(options, "python -m train fit " + shlex.join(arguments))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's banner is not our message
    from train.evaluate import table  # noqa: PLC0415 - TensorFlow, after the checks above
    from train.fit import fit  # noqa: PLC0415

    scores = fit(plan)
    sys.stdout.write(f"{table(scores)}\n{plan.run.path}: model.keras, metrics.json, history.csv\n")
    return 0
