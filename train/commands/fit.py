"""``python -m train fit``: train a garment model."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from train.commands.argument_types import positive_float, positive_int, share, whole_number
from train.datasets.dataset import load_dataset
from train.errors import UsageError
from train.initial_weights.origin import find_origin
from train.network.architecture import Architecture
from train.runs.plan import Plan, Source, read_plan
from train.runs.run_folder import RunFolder
from train.runs.schedule import Schedule

if TYPE_CHECKING:
    from train.training.distribution import Team

_PASTE_SHARE = 0.5


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train fit",
        description=__doc__,
        allow_abbrev=False,  # compare-inits looks for options by their names
    )
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
        metavar="WEIGHTS",
        help="initial weights: a DeepLab on MobileNetV2 as .tflite, frozen .pb (or the .tar.gz "
        "it came in) or TensorFlow checkpoint; a .keras: a run's model or a MobileNetV2; "
        "imagenet, or imagenet:FILE with Keras' .h5; none (default): at random",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on where RUN was stopped; takes no other option but --workers",
    )
    parser.add_argument("--epochs", type=positive_int, default=schedule.epochs)
    parser.add_argument("--head-epochs", type=whole_number, default=schedule.head_epochs)
    parser.add_argument("--batch-size", type=positive_int, default=schedule.batch_size)
    parser.add_argument("--learning-rate", type=positive_float, default=schedule.learning_rate)
    parser.add_argument("--weight-decay", type=share, default=schedule.weight_decay)
    parser.add_argument(
        "--freeze-until",
        metavar="BLOCK",
        help="keep the backbone's first blocks, up to this one, at their initial weights "
        "throughout: Conv, expanded_conv, expanded_conv_1 … expanded_conv_16; saves time",
    )
    parser.add_argument(
        "--mixed-precision",
        action="store_true",
        help="compute in bfloat16 where the hardware is faster at it; the model is float32",
    )
    parser.add_argument(
        "--boundary-weight",
        type=positive_float,
        default=schedule.boundary_weight,
        metavar="W",
        help="let cells at the garment's edge weigh 1 + W in the cross-entropy",
    )
    parser.add_argument(
        "--patience",
        type=positive_int,
        metavar="N",
        help="stop when the validation garment IoU has not risen for N epochs",
    )
    parser.add_argument(
        "--strategy",
        choices=("mirrored", "multiworker"),
        help="share each batch among this machine's GPUs, or among machines that TF_CONFIG names",
    )
    parser.add_argument(
        "--tensorboard", action="store_true", help="write event files to RUN/tensorboard too"
    )
    parser.add_argument(
        "--workers",
        type=whole_number,
        metavar="N",
        help="processes that augment pictures, for where a GPU would wait for one thread; "
        "the batches are the same; default: 0",
    )
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
    parser.add_argument(
        "--paste-share",
        type=share,
        help=f"how often a garment of --paste is laid elsewhere; default: {_PASTE_SHARE}",
    )
    parser.add_argument(
        "--repeat-kind",
        action="append",
        default=[],
        metavar="KIND=N",
        help="see each picture of this kind, as index.csv names it, N times as often: rare "
        "kinds are learnt late otherwise; may be repeated",
    )
    parser.add_argument(
        "--mannequin-share",
        type=share,
        default=0.35,
        help="how often skin and hair, where a data set marks them, are repainted as a "
        "mannequin and the place behind may change; default: %(default)s",
    )
    return parser


def _source(text: str, *, paste: bool) -> Source:
    folder, repeats = text, ""
    if "=" in text and not Path(text).is_dir():  # a folder may have = in its own name
        folder, _, repeats = text.rpartition("=")
    if repeats and not (repeats.isdecimal() and int(repeats) >= 1):
        raise UsageError(f"data set {text!r} does not fit: write DIR or DIR=2")
    return Source(load_dataset(Path(folder)), int(repeats or 1), paste)


def _kind_repeats(texts: list[str], sources: list[Source]) -> dict[str, int]:
    known = {entry.kind for source in sources for entry in source.dataset.select("train")}
    repeats: dict[str, int] = {}
    for text in texts:
        kind, _, number = text.rpartition("=") if "=" in text else (text, "", "")
        if kind not in known:
            raise UsageError(
                f"kind {kind!r} is in no data set: write KIND=2 with one of "
                f"{', '.join(sorted(known))}"
            )
        if not (number.isdecimal() and int(number) >= 1):
            raise UsageError(f"repeat {text!r} does not fit: write {kind}=2")
        repeats[kind] = int(number)
    return repeats


def _check(sources: list[Source], run: RunFolder, batch_size: int, *, is_chief: bool) -> None:
    names = [source.dataset.name for source in sources]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two data sets are named {name!r}: import one under another --name")
    pictures = sum(source.repeats * len(source.dataset.select("train")) for source in sources)
    if not pictures:
        raise UsageError("no data set has a picture to train on: see the split in index.csv")
    if not any(source.dataset.select("val") for source in sources):
        raise UsageError("no data set has a picture kept apart: import with --val-share above 0")
    # Another worker may find what the chief has just written.
    if is_chief and (run.plan.exists() or run.manifest.exists()):
        raise UsageError(f"{run.path} is a run already: add --resume, or name a new folder")
    if is_chief and run.path.is_dir() and any(run.path.iterdir()):
        raise UsageError(f"{run.path} is not empty: name a new folder")
    # Few pictures are repeated within the usual batch; a large one is a slip, and takes memory.
    if batch_size > max(pictures, Schedule().batch_size):
        raise UsageError(
            f"a batch of {batch_size} is more than the {pictures} pictures to train on: give a "
            "smaller --batch-size"
        )


def _new_plan(options: argparse.Namespace, command: str, *, is_chief: bool) -> Plan:
    run = RunFolder(options.run)
    sources = [_source(text, paste=False) for text in options.data]
    sources += [_source(text, paste=True) for text in options.paste]
    origin = find_origin("none" if options.init is None else options.init)
    if origin is None and options.freeze_until is not None:
        raise UsageError("--freeze-until keeps initial weights: name them with --init")
    if options.paste_share is not None and not options.paste:
        raise UsageError("--paste-share is about --paste: name a data set with that too")
    _check(sources, run, options.batch_size, is_chief=is_chief)
    architecture = Architecture(
        input_height_px=options.input_height_px,
        input_width_px=options.input_width_px,
        output_stride=options.output_stride,
        atrous_rates=tuple(options.atrous_rates),
        width_multiplier=options.width_multiplier,
        # A random start cannot do without norms; with weights it is as their source is.
        batch_norm=origin is None or origin.read(options.width_multiplier).batch_norm,
    )
    schedule = Schedule(
        epochs=options.epochs,
        # A random start has no backbone to protect from the fresh head.
        head_epochs=min(options.head_epochs, options.epochs) if origin else 0,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        weight_decay=options.weight_decay,
        seed=options.seed,
        mixed_precision=options.mixed_precision,
        freeze_until=options.freeze_until,
        boundary_weight=options.boundary_weight,
        patience=options.patience,
        strategy=options.strategy,
    )
    return Plan(
        run,
        sources,
        architecture,
        schedule,
        None if origin is None else str(origin),
        command,
        options.validation_limit,
        _PASTE_SHARE if options.paste_share is None else options.paste_share,
        options.mannequin_share,
        _kind_repeats(options.repeat_kind, sources),
        options.tensorboard,
        options.workers or 0,
    )


def main(arguments: list[str]) -> int:
    """Train; return the exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's banner is not our message
    parser = _parser()
    options = parser.parse_args(arguments)
    resumed = _resumed_plan(parser, options) if options.resume else None
    if resumed is None and not (options.data or options.paste):
        raise UsageError("there is nothing to train on: name data sets with --data or --paste")
    strategy = options.strategy if resumed is None else resumed.schedule.strategy
    # A team is gathered before anything else uses TensorFlow; without one that can wait.
    team = _gather(strategy) if strategy else None
    is_chief = team is None or team.is_chief
    command = "python -m train fit " + shlex.join(arguments)
    plan = resumed or _new_plan(options, command, is_chief=is_chief)
    if resumed is None and options.init is None:
        sys.stderr.write(
            "note: without --init the network starts at random, and needs many more pictures and "
            "epochs\n"
        )
    from train.evaluation.evaluate import table  # noqa: PLC0415 - TensorFlow, after the checks above
    from train.training.loop import fit  # noqa: PLC0415

    scores = fit(plan, team)
    if is_chief:
        left = f"{plan.run.path}: model.keras, metrics.json, history.csv"
        sys.stdout.write(f"{table(scores)}\n{left}\n")
    return 0


def _resumed_plan(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Plan:
    bare = vars(parser.parse_args([str(options.run), "--resume"]))
    if vars(options) != bare | {"workers": options.workers}:
        raise UsageError(
            "--resume goes on with what RUN was begun with: give no other option but --workers"
        )
    run = RunFolder(options.run)
    made = run.read_manifest() if run.manifest.is_file() else {}
    if "averaged" in made or "trained_at" in made:
        raise UsageError(
            f"{run.path} was made from other runs and has nothing to go on with: train from it "
            f"with --init {run.model}"
        )
    plan = read_plan(run)
    # The batches are the same for any number of them.
    return plan if options.workers is None else replace(plan, workers=options.workers)


def _gather(strategy: str) -> Team:
    from train.training.distribution import join_team  # noqa: PLC0415 - TensorFlow

    return join_team(strategy)
