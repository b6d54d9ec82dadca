"""`python -m device.bench`: what the model costs alone, and what all the rest costs with it."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped, nothing to report")

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from device.bundle.shipped import default_bundle_path
from device.cli.argument_types import argparse_type, positive_int, positive_s
from device.cli.command_name import name_command
from device.cli.command_parser import CommandParser
from device.cli.exit_code import report_error
from device.errors import UsageError
from device.settings.rules import threads
from device.timing.measure import measure
from device.timing.page import format_calls, format_page, format_ratios

_SECONDS = 12
"""With the start, the warm-up, memory and OpenCV's functions, about 20."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    options = build_parser().parse_args(arguments)
    try:
        report = measure(
            options.model,
            image=options.image,
            width_px=options.width_px,
            height_px=options.height_px,
            seconds=options.seconds,
            rounds=options.frames,
            num_threads=options.threads,
        )
    except (UsageError, ImportError) as error:
        return report_error(error)
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        print(format_page(report, arguments) if options.markdown else _format_table(report))
    return 0


def _format_table(report: dict[str, Any]) -> str:
    picture = report["picture"]
    title = (
        f"{report['bundle_id']} on {report['backend']}, {picture['width_px']}×"
        f"{picture['height_px']}, {report['frames']} rounds, "
        f"{report['garment_share']:.0%} of the picture is garment"
    )
    lines = [title, f"{'stage':<20}{'p50 ms':>10}{'p95 ms':>10}{'CPU ms':>10}"]
    for name, spread in report["stages"].items():
        cpu_ms = report["cpu_ms"].get(name, "")
        lines.append(f"{name:<20}{spread['p50_ms']:>10.2f}{spread['p95_ms']:>10.2f}{cpu_ms:>10}")
    grown = report["memory_growth"]
    lines.append(
        f"memory: {grown['blocks_per_run']:+.1f} objects a run, {grown['resident_mb']:+.1f} MB "
        f"over all, {grown['peak_mb']:.0f} MB at most"
    )
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    lines.append(f"{versions}; more than 2% of a shot: {format_calls(report)}")
    lines.append(format_ratios(report))
    return "\n".join(lines)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of this command's flags."""
    parser = CommandParser(
        prog=name_command("bench"),
        description="Time the model alone against the whole pipeline, stage by stage.",
        epilog="Stages stand in the order of the work, below the path that they belong to. `total`"
        " is that path from its first stage to its last, with what lies between them; a shot's has"
        " the waiting for the disk (`spool`) in it, which the line `shot` leaves out.",
    )
    add = parser.add_argument
    add("--model", type=Path, default=default_bundle_path(), metavar="BUNDLE", help="model bundle")
    add("--image", type=Path, metavar="FILE", help="picture to cut")
    add("--width-px", type=positive_int, default=1920, metavar="N")
    add("--height-px", type=positive_int, default=1080, metavar="N")
    add(
        *("--seconds",),
        type=positive_s,
        default=_SECONDS,
        metavar="S",
        help=f"time as many rounds as fit into this (default: {_SECONDS})",
    )
    add("--frames", type=positive_int, metavar="N", help="rounds to time, instead of --seconds")
    add("--threads", type=argparse_type(threads()), metavar="N", help="CPU threads")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object instead")
    form.add_argument("--markdown", action="store_true", help="print a page of docs/measurements")
    return parser


if __name__ == "__main__":
    from device.cli.interrupts import run

    run(main)
