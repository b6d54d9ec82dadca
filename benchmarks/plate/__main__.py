"""`python -m benchmarks.plate`: what the bare plate takes out of masks, and what it leaves."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped")

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.datasets.labelled import read_labelled
from benchmarks.markdown.page import Page, format_command
from benchmarks.plate.sessions import Session, run_sessions
from benchmarks.plate.table import write_table
from device.bundle.bundle import Bundle, load_bundle
from device.bundle.shipped import default_bundle_path
from device.cli.exit_code import report_error
from device.errors import UsageError, WorkError
from device.imaging.library_switches import set_library_switches
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime

FIRST_MARK = "@"
"""Between a data set and the number of the first of its pictures to take."""
_CAVEATS = (
    (
        "Leak: pixels of the mask further from the garment than its edge, as a share of the mask"
        " without the plate; means over the pictures. Lost: how much less of the garment"
        " the mask with the plate has, as a share of the garment."
    ),
    (
        "Rendered sets: the form stood up to 20 pixels aside before it was dressed, the room did"
        " not move. Flicker, exposure and noise are computed; no real session was measured."
    ),
    (
        "In the last three rows of each set the plate holds garment, as it should not: the rig"
        " started with a part of an outfit on the form, or the model overlooked a garment."
    ),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(argv)
    set_library_switches(photos=True)
    try:
        bundle = load_bundle(options.model)
        sessions = _run(bundle, options)
    except (UsageError, WorkError, ImportError) as error:
        return report_error(error)
    table = write_table(sessions)
    if options.markdown:
        command = format_command("benchmarks.plate", sys.argv[1:] if argv is None else argv)
        print(Page("Plate", [bundle], command, table, _CAVEATS).text())
    else:
        print(table)
    return 0


def _run(bundle: Bundle, options: argparse.Namespace) -> list[Session]:
    pipeline = Pipeline(bundle, open_runtime(bundle)[0])
    sessions: list[Session] = []
    for path, first in options.data:
        pictures = list(read_labelled(path, "all", None))[first:]
        for number, picture in enumerate(pictures, start=1):
            sessions += run_sessions(pipeline, picture)
            print(f"{path.name} {number}/{len(pictures)}", file=sys.stderr, flush=True)
    if not sessions:
        raise UsageError(
            "no picture has its undressed set beside it: render some with"
            " `python -m train studio OUT --undressed --push-px 20`"
        )
    return sessions


def _parse_data(text: str) -> tuple[Path, int]:
    path, _, first = text.partition(FIRST_MARK)
    if first and not first.isdecimal():
        raise argparse.ArgumentTypeError(
            f"{text!r} does not end with a number: write {path}{FIRST_MARK}9, or {path} for all"
        )
    return Path(path), int(first or 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.plate",
        description="Show a rig sets without their garments and then with them, and measure what"
        " the bare plate takes out of the masks.",
    )
    add = parser.add_argument
    add(
        "--data",
        required=True,
        nargs="+",
        type=_parse_data,
        metavar=f"DATASET[{FIRST_MARK}N]",
        help="of `python -m train studio --undressed`, without its first N pictures, on which"
        " limits were chosen",
    )
    add("--model", type=Path, default=default_bundle_path(), metavar="BUNDLE")
    add("--markdown", action="store_true", help="print a page of docs/measurements")
    return parser


if __name__ == "__main__":
    sys.exit(main())
