"""`python -m device.cutout`: the daemon's pipeline on image files."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped before the first image")

import argparse
from collections.abc import Sequence
from pathlib import Path

from device.batch.cutting import cut_all
from device.batch.report import report
from device.bundle.shipped import default_bundle_path
from device.cli.argument_types import argparse_type
from device.cli.command_name import name_command
from device.cli.command_parser import CommandParser
from device.cli.missing_package import missing_package_error
from device.cli.output_flags import add_output_options, read_output_settings
from device.errors import UsageError, WorkError
from device.settings.rules import threads
from device.system.parallel import own_workers


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = build_parser().parse_args(argv)
    try:
        with own_workers():
            failed = cut_all(
                options.images,
                options.output,
                alpha_only=options.alpha,
                bundle_path=options.model,
                num_threads=options.threads,
                second_look=not options.one_look,
                parts=not options.two_looks,
                settings=read_output_settings(options),
                verdicts=options.verdicts,
            )
    except (UsageError, WorkError) as error:
        report(f"selvedge: {error}")
        return error.exit_code
    except ImportError as error:
        report(f"selvedge: {missing_package_error(error)}")
        return UsageError.exit_code
    return UsageError.exit_code if failed else 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of this command's flags."""
    parser = CommandParser(
        prog=name_command("cutout"),
        description="Cut the garment out of photos: transparent pictures at full resolution.",
        epilog="A path with nothing under it stops everything before the first picture. Of images"
        " that cannot be read each is reported, the others are cut all the same, and the exit code"
        " is 2.",
    )
    parser.add_argument(
        "images", nargs="+", type=_parse_path, metavar="IMAGE", help="file or folder"
    )
    parser.add_argument(
        "-o", "--output", type=_parse_path, required=True, metavar="DIR", help="folder for STEM.png"
    )
    parser.add_argument("--alpha", action="store_true", help="write the 8-bit alpha alone")
    parser.add_argument(
        "--model", type=Path, default=default_bundle_path(), metavar="BUNDLE", help="model bundle"
    )
    fewer = parser.add_mutually_exclusive_group()
    fewer.add_argument(
        "--one-look",
        action="store_true",
        help="show each photo to the model once: faster, less sure",
    )
    fewer.add_argument(
        "--two-looks",
        action="store_true",
        help="show it whole and as close as the garment allows, but none of its parts: faster, "
        "coarser edges",
    )
    parser.add_argument(
        "--verdicts",
        type=_parse_path,
        metavar="FILE",
        help="write each photo's verdict and measurements as a CSV table",
    )
    add_output_options(parser)
    parser.add_argument(
        "--threads",
        type=argparse_type(threads()),
        metavar="N",
        help="CPU threads (default: up to 4)",
    )
    return parser


def _parse_path(text: str) -> Path:
    if not text:  # Path("") is the working directory.
        raise argparse.ArgumentTypeError("'' names no file or folder")
    return Path(text)


if __name__ == "__main__":
    from device.cli.interrupts import run

    run(main)
