"""``python -m convert RUN -o BUNDLE`` and its subcommands."""

from __future__ import annotations

import argparse
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from convert.errors import UsageError, WorkError

EPILOG = """\
other uses:
  python -m convert check MODEL.tflite [--json]   predict what an Edge TPU would run
"""


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    arguments = argparse.ArgumentParser(
        prog="python -m convert",
        description="Convert a trained RUN into the int8 bundle that a rig runs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = arguments.add_argument
    add("run", type=Path, metavar="RUN", help="folder that `train fit` wrote")
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
    add("--name", type=_name, help="name of the bundle (default: garment- and the input's width)")
    add("--version", default="0.1.0", help="version of the model (default: %(default)s)")
    add("--model-card", type=Path, metavar="FILE", help="copied into the bundle as MODEL_CARD.md")
    add("--edgetpu", action="store_true", help="also compile for the Edge TPU")
    add(
        "--edgetpu-timeout",
        type=_positive,
        default=600,
        metavar="SECONDS",
        help="how long the Edge TPU compiler may take (default: %(default)s)",
    )
    return arguments


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 up")
    return int(text)


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
        if arguments[:1] == ["check"]:
            from convert import check  # noqa: PLC0415 - only the command at hand is loaded

            return check.main(arguments[1:])
        options = parser().parse_args(arguments)
        from convert.conversion import convert  # noqa: PLC0415 - keeps --help fast

        return convert(options)
    except (UsageError, WorkError) as error:
        print(f"selvedge: {error}", file=sys.stderr)
        return error.exit_code
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("convert"):
            raise
        print(
            f"selvedge: {error.name} is not installed: run pip install 'selvedge[train]'",
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
