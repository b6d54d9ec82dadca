"""``python -m train fit``: train a garment model."""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from train.commands.argument_types import positive_float, positive_int, share, whole_number
from train.commands.fit_plan import PASTE_SHARE, make_plan
from train.errors import UsageError
from train.network.architecture import Architecture
from train.runs.plan import Plan, read_plan
from train.runs.run_folder import RunFolder
from train.runs.schedule import Schedule

if TYPE_CHECKING:
    from train.training.distribution import Distribution


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train fit",
        description=__doc__,
        allow_abbrev=False,  # compare-inits looks for options by their names
    )
    _add_data(parser)
    _add_schedule(parser)
    _add_machine(parser)
    _add_network(parser)
    _add_pictures(parser)
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
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


def _add_schedule(parser: argparse.ArgumentParser) -> None:
    schedule = Schedule()
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


def _add_machine(parser: argparse.ArgumentParser) -> None:
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
    parser.add_argument("--seed", type=whole_number, default=Schedule().seed)


def _add_network(parser: argparse.ArgumentParser) -> None:
    network = Architecture()
    parser.add_argument("--input-height-px", type=int, default=network.input_height_px)
    parser.add_argument("--input-width-px", type=int, default=network.input_width_px)
    parser.add_argument("--output-stride", type=int, choices=(8, 16), default=16)
    parser.add_argument("--atrous-rates", type=int, nargs="+", default=network.atrous_rates)
    parser.add_argument("--width-multiplier", type=positive_float, default=network.width_multiplier)


def _add_pictures(parser: argparse.ArgumentParser) -> None:
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
        help=f"how often a garment of --paste is laid elsewhere; default: {PASTE_SHARE}",
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


def main(arguments: list[str]) -> int:
    """Train; return the exit code."""
    parser = _parser()
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
    from train.evaluation.evaluate import format_table  # noqa: PLC0415 - TensorFlow, after the checks above
    from train.training.loop import fit  # noqa: PLC0415

    scores = fit(plan, distribution)
    if is_chief:
        files = f"{plan.run.path}: model.keras, metrics.json, history.csv"
        sys.stdout.write(f"{format_table(scores)}\n{files}\n")
    return 0


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


def _start_distribution(strategy: str) -> Distribution:
    from train.training.distribution import start_distribution  # noqa: PLC0415 - TensorFlow

    return start_distribution(strategy)
