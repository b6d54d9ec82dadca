"""``python -m convert RUN -o BUNDLE``: a trained run into the bundle that a rig runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from convert.commands.argument_types import bundle_name, positive_int, share
from convert.quantisation.recipe import DEFAULT, RECIPES

EPILOG = """\
other uses:
  python -m convert check MODEL.tflite [--json]   predict what an Edge TPU would run
  python -m convert check --architecture …        the same, before training
  python -m convert verify BUNDLE [--trust PUBKEY]
  python -m convert measure BUNDLE --evaluate DATASET [--write]
  python -m convert diff OLD NEW [--json]         data, recipe, ops and quality
  python -m convert keygen KEY                    a key to sign bundles with
  python -m convert sign BUNDLE --key KEY
each has its own --help
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m convert",
        description="Convert a trained RUN into the bundle that a rig runs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_conversion(parser)
    _add_measurement(parser)
    _add_fine_tuning(parser)
    _add_bundle(parser)
    return parser


def _add_conversion(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("run", type=Path, metavar="RUN", help="folder that `train fit` wrote")
    add(
        "--recipe",
        choices=RECIPES,
        default=DEFAULT.name,
        help="; ".join(f"{name}: {recipe.description}" for name, recipe in RECIPES.items())
        + " (default: %(default)s)",
    )
    add("-o", "--output", type=Path, required=True, metavar="BUNDLE", help="folder to write")
    add(
        "--calibration",
        type=Path,
        default=Path("calibration_images"),
        metavar="DIR",
        help="data set or folder of photos that sets the int8 scales (default: %(default)s)",
    )


def _add_measurement(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--evaluate",
        type=Path,
        action="append",
        default=[],
        metavar="DATASET",
        help="data set to measure float against int8 on; may be given again "
        "(default: the calibration data, where it has masks)",
    )
    add("--split", default="val", help="split of --evaluate to use, or all (default: %(default)s)")
    add(
        "--max-pictures",
        type=positive_int,
        metavar="N",
        help="measure on at most N photos of each data set",
    )
    add(
        "--max-drop",
        type=share,
        default=0.005,
        metavar="IOU",
        help="refuse the model when it loses more garment IoU than this on any data set "
        "(default: %(default)s)",
    )
    add(
        "--report",
        type=Path,
        metavar="DIR",
        help="write parity.json and parity.png here too, also when the model is refused",
    )


def _add_fine_tuning(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--finetune-data",
        type=Path,
        action="append",
        default=[],
        metavar="DATASET",
        help="data set whose training pictures int8-qat trains on, labels unused; may be given "
        "again",
    )
    add(
        "--finetune-steps",
        type=positive_int,
        default=300,
        metavar="N",
        help="updates of the weights in int8-qat (default: %(default)s)",
    )


def _add_bundle(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--name",
        type=bundle_name,
        help="name of the bundle (default: garment- and the input's width)",
    )
    add("--version", default="0.1.0", help="version of the model (default: %(default)s)")
    add("--model-card", type=Path, metavar="FILE", help="copied into the bundle as MODEL_CARD.md")
    add("--edgetpu", action="store_true", help="also compile for the Edge TPU")
    add(
        "--edgetpu-timeout-s",
        "--edgetpu-timeout",
        dest="edgetpu_timeout",
        type=positive_int,
        default=600,
        metavar="SECONDS",
        help="how long the Edge TPU compiler may take (default: %(default)s)",
    )
    add(
        "--sign",
        type=Path,
        metavar="KEY",
        help="sign the bundle with this private key (see `python -m convert keygen`)",
    )


def main(arguments: list[str]) -> int:
    """Convert; return the exit code: 1 where pictures were passed over.

    Raises:
        UsageError: something given cannot be used.
        WorkError: the conversion failed or lost too much; what was at the target is untouched.
    """
    options = _parser().parse_args(arguments)
    from convert.commands.conversion import convert_run  # noqa: PLC0415 - keeps --help fast

    passed_over = convert_run(options)
    if passed_over.paths:
        print(passed_over.summarise())
    return 1 if passed_over.paths else 0
