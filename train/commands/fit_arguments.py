"""The command line of ``python -m train fit``."""

from __future__ import annotations

import argparse
from pathlib import Path

from train.commands.argument_types import positive_float, positive_int, share, whole_number
from train.commands.fit_plan import PASTE_SHARE
from train.network.architecture import Architecture
from train.runs.schedule import Schedule

_EPILOG = """\
on two CPU cores an epoch of 1,000 pictures takes about 2 minutes at 384x288; try a command with
--dry-run, then with --limit 40 --epochs 2 into a folder of its own"""


def make_parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m train fit",
        description="Train a garment model on data sets, from initial weights.",
        epilog=_EPILOG,
        allow_abbrev=False,  # compare-inits looks for options by their names
    )
    _add_data(parser)
    _add_schedule(parser)
    _add_machine(parser)
    _add_network(parser)
    _add_pictures(parser)
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("run", type=Path, metavar="RUN", help="folder to write")
    add(
        "--data",
        action="append",
        default=[],
        metavar="DIR[=N]",
        help="data set to train on, each picture N times an epoch; may be repeated",
    )
    add(
        "--paste",
        action="append",
        default=[],
        metavar="DIR[=N]",
        help="like --data, and its garments are also cut out and laid onto other backdrops "
        "and onto bare forms of the other data sets",
    )
    add(
        "--init",
        metavar="WEIGHTS",
        help="initial weights: a DeepLab on MobileNetV2 as .tflite, frozen .pb (or the .tar.gz "
        "it came in) or TensorFlow checkpoint; a .keras: a run's model or a MobileNetV2; "
        "imagenet, or imagenet:FILE with Keras' .h5; none: at random (default: none)",
    )
    add(
        "--resume",
        action="store_true",
        help="go on where RUN was stopped; takes no other option but --workers",
    )
    add(
        "--dry-run",
        action="store_true",
        help="check options, weights and every file of the data, say what would be trained, and "
        "write nothing",
    )
    add(
        "--limit",
        type=positive_int,
        metavar="N",
        help="use at most N pictures of each data set to train on and N to validate on, spread "
        "over it, to try a command out (default: all)",
    )


def _add_schedule(parser: argparse.ArgumentParser) -> None:
    schedule, add = Schedule(), parser.add_argument
    add(
        "--epochs",
        type=positive_int,
        default=schedule.epochs,
        metavar="N",
        help="passes over the pictures (default: %(default)s)",
    )
    add(
        "--head-epochs",
        type=whole_number,
        default=schedule.head_epochs,
        metavar="N",
        help="of these the first N train the fresh head alone; without --init none "
        "(default: %(default)s)",
    )
    add(
        "--batch-size",
        type=positive_int,
        default=schedule.batch_size,
        metavar="N",
        help="pictures a step; fewer need less memory (default: %(default)s)",
    )
    add(
        "--learning-rate",
        type=positive_float,
        default=schedule.learning_rate,
        metavar="RATE",
        help="AdamW's highest rate, which a cosine takes to zero; lower it when the loss becomes "
        "no number (default: %(default)s)",
    )
    add(
        "--weight-decay",
        type=share,
        default=schedule.weight_decay,
        metavar="RATE",
        help="AdamW's decoupled decay (default: %(default)s)",
    )
    add(
        "--freeze-until",
        metavar="BLOCK",
        help="keep the backbone's first blocks, up to this one, at their initial weights "
        "throughout: Conv, expanded_conv, expanded_conv_1 … expanded_conv_16; saves time "
        "(default: none is kept)",
    )
    add(
        "--mixed-precision",
        action="store_true",
        help="compute in bfloat16 where the hardware is faster at it; the model is float32",
    )
    add(
        "--boundary-weight",
        type=positive_float,
        default=schedule.boundary_weight,
        metavar="W",
        help="let cells at the garment's edge weigh 1 + W in the cross-entropy "
        "(default: %(default)s)",
    )
    add(
        "--patience",
        type=positive_int,
        metavar="N",
        help="stop when the validation garment IoU has not risen for N epochs (default: never)",
    )


def _add_machine(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--strategy",
        choices=("mirrored", "multiworker"),
        help="share each batch among this machine's GPUs, or among machines that TF_CONFIG names "
        "(default: one device)",
    )
    add("--tensorboard", action="store_true", help="write event files to RUN/tensorboard too")
    add(
        "--workers",
        type=whole_number,
        metavar="N",
        help="processes that augment pictures, for where a GPU would wait for one thread; "
        "the batches are the same (default: 0)",
    )
    add(
        "--seed",
        type=whole_number,
        default=Schedule().seed,
        metavar="N",
        help="of everything random (default: %(default)s)",
    )


def _add_network(parser: argparse.ArgumentParser) -> None:
    network, add = Architecture(), parser.add_argument
    for side, default in (("height", network.input_height_px), ("width", network.input_width_px)):
        add(
            f"--input-{side}-px",
            type=int,
            default=default,
            metavar="PX",
            help=f"{side} of the model's input, a multiple of 32 (default: %(default)s)",
        )
    add(
        "--output-stride",
        type=int,
        choices=(8, 16),
        default=network.output_stride,
        help="input pixels for each of the backbone's last cells; 8 is finer and about twice as "
        "slow (default: %(default)s)",
    )
    add(
        "--atrous-rates",
        type=int,
        nargs="+",
        default=network.atrous_rates,
        metavar="N",
        help="dilation rates of the ASPP at output stride 16 "
        f"(default: {' '.join(map(str, network.atrous_rates))})",
    )
    add(
        "--width-multiplier",
        type=positive_float,
        default=network.width_multiplier,
        metavar="X",
        help="width of the backbone; initial weights must have the same (default: %(default)s)",
    )


def _add_pictures(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--validation-limit",
        type=positive_int,
        default=60,
        metavar="N",
        help="pictures of each data set validated after each epoch; all of them at the end "
        "(default: %(default)s)",
    )
    add(
        "--paste-share",
        type=share,
        metavar="SHARE",
        help=f"how often a garment of --paste is laid elsewhere (default: {PASTE_SHARE})",
    )
    add(
        "--repeat-kind",
        action="append",
        default=[],
        metavar="KIND=N",
        help="see each picture of this kind, as index.csv names it, N times as often: rare "
        "kinds are learnt late otherwise; may be repeated",
    )
    add(
        "--mannequin-share",
        type=share,
        default=0.35,
        metavar="SHARE",
        help="how often skin and hair, where a data set marks them, are repainted as a "
        "mannequin and the place behind may change (default: %(default)s)",
    )
