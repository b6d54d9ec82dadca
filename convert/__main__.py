"""``python -m convert RUN -o BUNDLE`` and its subcommands."""

from __future__ import annotations

import argparse
import importlib
import re
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from convert.errors import UsageError, WorkError
from convert.install_command import install_command
from convert.quantisation.recipe import DEFAULT, RECIPES

COMMANDS = {
    "check": ("convert.commands.check", "main"),
    "verify": ("convert.commands.verify", "main"),
    "measure": ("convert.commands.measure", "main"),
    "diff": ("convert.commands.diff", "main"),
    "keygen": ("convert.commands.keys", "keygen"),
    "sign": ("convert.commands.keys", "sign_bundle"),
}
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


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    arguments = argparse.ArgumentParser(
        prog="python -m convert",
        description="Convert a trained RUN into the bundle that a rig runs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = arguments.add_argument
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
        type=_positive,
        metavar="N",
        help="measure on at most N photos of each data set",
    )
    add(
        "--max-drop",
        type=_share,
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
        type=_positive,
        default=300,
        metavar="N",
        help="updates of the weights in int8-qat (default: %(default)s)",
    )
    add("--name", type=_name, help="name of the bundle (default: garment- and the input's width)")
    add("--version", default="0.1.0", help="version of the model (default: %(default)s)")
    add("--model-card", type=Path, metavar="FILE", help="copied into the bundle as MODEL_CARD.md")
    add("--edgetpu", action="store_true", help="also compile for the Edge TPU")
    add(
        "--edgetpu-timeout-s",
        "--edgetpu-timeout",
        dest="edgetpu_timeout",
        type=_positive,
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
    return arguments


def _command(name: str) -> Callable[[list[str]], int] | None:
    """The subcommand of that name; only the one at hand is loaded."""
    place = COMMANDS.get(name)
    if place is None:
        return None
    module, function = place
    found: Callable[[list[str]], int] = getattr(importlib.import_module(module), function)
    return found


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 up")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 1")
    return share


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a name: use up to 64 letters, digits, dots, hyphens, underscores"
        )
    return text


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        # A folder that is really called check can be given as ./check.
        command = _command(arguments[0]) if arguments else None
        if command is not None:
            return command(arguments[1:])
        options = parser().parse_args(arguments)
        from convert.commands.convert import convert  # noqa: PLC0415 - keeps --help fast

        return convert(options)
    except (UsageError, WorkError) as error:
        print(f"selvedge: {error}", file=sys.stderr)
        return error.exit_code
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("convert"):
            raise
        print(
            f"selvedge: {error.name} is not installed: run `{install_command('train')}`",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("selvedge: stopped before the bundle was written", file=sys.stderr)
        return 1


if __name__ == "__main__":
    # A termination cleans up exactly like Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
