"""`python -m benchmarks.quantisation`: what int8 cost, as conversion measured it in each bundle."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.markdown.page import Page, format_command, format_table
from device.bundle.bundle import Bundle, load_bundle
from device.bundle.shipped import default_bundle_path
from device.cli.exit_code import report_error
from device.errors import UsageError

_HEAD = (
    *("bundle", "data set (pictures)", "float IoU", "int8 IoU", "drop"),
    *("float boundary F", "int8 boundary F", "IoU of both masks"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(argv)
    try:
        bundles = [load_bundle(path) for path in options.model]
        reports = [read_parity(bundle) for bundle in bundles]
    except UsageError as error:
        return report_error(error)
    rows = [
        row
        for bundle, report in zip(bundles, reports, strict=True)
        for row in _list_rows(bundle, report)
    ]
    table = format_table(_HEAD, rows)
    if options.markdown:
        command = format_command("benchmarks.quantisation", sys.argv[1:] if argv is None else argv)
        caveats = list(map(_describe, bundles, reports))
        print(Page("Quantisation", bundles, command, table, caveats).text())
    else:
        print(table)
    return 0


def read_parity(bundle: Bundle) -> Mapping[str, Any]:
    """Read the `parity.json` that conversion has put into a bundle.

    Raises:
        UsageError: the bundle has none.
    """
    path = bundle.folder / "parity.json"
    try:
        report = json.loads(path.read_bytes())
    except (OSError, ValueError):
        raise UsageError(
            f"{bundle.folder} has no parity.json: convert the run with --evaluate"
        ) from None
    return dict(report)


def _list_rows(bundle: Bundle, report: Mapping[str, Any]) -> Iterator[list[str]]:
    for each in report["sets"]:
        exact, rig = each["models"]["float"], each["models"]["int8"]
        yield [
            f"`{bundle.name}`",
            f"{each['dataset']} ({each['pictures']})",
            f"{exact['garment_iou']:.4f}",
            f"{rig['garment_iou']:.4f}",
            f"{round(exact['garment_iou'] - rig['garment_iou'], 4) + 0.0:.4f}",  # No -0.0000.
            f"{exact['boundary_f']:.4f}",
            f"{rig['boundary_f']:.4f}",
            f"{each['agreement']['float-int8']:.4f}",
        ]


def _describe(bundle: Bundle, report: Mapping[str, Any]) -> str:
    parting = report["first_parting"]
    return (
        f"`{bundle.name}` was converted and measured on {bundle.created[:10]} with the recipe"
        f" `{report['recipe']}`: one full-frame pass, without matting. Float and int8 differ by"
        f" more than one int8 step first at `{parting['layer']}`, by {parting['error_steps']:.1f}"
        " steps."
        if parting
        else f"`{bundle.name}`: no layer differs by more than one int8 step."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quantisation",
        description="Print what quantisation cost, from the parity.json in each bundle, where"
        " `python -m convert` has measured it.",
    )
    shipped = sorted(path.parent for path in default_bundle_path().parent.glob("*/manifest.json"))
    add = parser.add_argument
    add("--model", type=Path, nargs="+", default=shipped, metavar="BUNDLE")
    add("--markdown", action="store_true", help="print a page of docs/measurements")
    return parser


if __name__ == "__main__":
    sys.exit(main())
