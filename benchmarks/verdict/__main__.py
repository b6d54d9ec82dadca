"""`python -m benchmarks.verdict`: corrupt good pictures and score the verdict's reasons."""

from __future__ import annotations

if __name__ == "__main__":  # Before the imports, which take their time.
    from device.cli.interrupts import leave_at_once

    leave_at_once("selvedge: stopped")

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.datasets.labelled import read_labelled
from benchmarks.markdown.page import Page, format_command
from benchmarks.verdict.corrupted_shot import CORRUPTION_NAMES, CorruptedShot, corrupt_shots
from benchmarks.verdict.precision_recall import VerdictOnShot, judge_shots
from benchmarks.verdict.tables import count_shots, list_figures, write_reasons, write_tables
from benchmarks.verdict.thresholds import write_thresholds
from device.bundle.bundle import Bundle, load_bundle
from device.bundle.shipped import default_bundle_path
from device.cli.argument_types import positive_int
from device.cli.exit_code import report_error
from device.errors import UsageError, WorkError
from device.imaging.library_switches import set_library_switches
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.settings.verdict import STANDARD
from device.system.durable_file import write_durably

SPLIT_MARK = "@"
"""Between a data set and the part of it to take."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(argv)
    set_library_switches(photos=True)
    try:
        bundle = load_bundle(options.model)
        shots = list(_corrupt_datasets(bundle, options))
        held_out = [each for each in shots if options.untuned or each.half == "held out"]
        judged = judge_shots(held_out, STANDARD)
        text = write_tables(judged)
        if options.thresholds:
            text += write_thresholds([each for each in shots if each.half == "tuned"], STANDARD)
        if options.output is not None:
            _write(options.output, text, shots)
    except (UsageError, WorkError, ImportError) as error:
        return report_error(error)
    if options.json:
        print(json.dumps(list_figures(judged), indent=1))
    elif options.markdown:
        print(_make_page(bundle, judged, argv).text())
    else:
        print(text)
    return 0


def _make_page(bundle: Bundle, shots: Sequence[VerdictOnShot], argv: Sequence[str] | None) -> Page:
    return Page(
        "Verdict",
        [bundle],
        format_command("benchmarks.verdict", sys.argv[1:] if argv is None else argv),
        write_reasons(shots),
        (
            (
                f"{count_shots(shots)}: each picture as it is and under each corruption. Recall"
                " counts severe corruptions, and masks with an IoU below 0.8 for a doubt about the"
                " mask; precision counts all severities."
            ),
            "Corruptions, light drift and movement are simulated; no photographer labelled a shot.",
            "`mannequin-leak` is scored on data sets with pictures of the undressed set alone.",
        ),
    )


def _corrupt_datasets(bundle: Bundle, options: argparse.Namespace) -> Iterator[CorruptedShot]:
    pipeline = Pipeline(bundle, open_runtime(bundle)[0])
    for data in options.data:
        path, _, split = data.partition(SPLIT_MARK)
        pictures = list(read_labelled(Path(path), split or "val", options.limit))
        for number, picture in enumerate(pictures, start=1):
            yield from corrupt_shots(pipeline, picture, options.corruption)
            print(f"{Path(path).name} {number}/{len(pictures)}", file=sys.stderr, flush=True)


def _write(folder: Path, text: str, shots: Sequence[CorruptedShot]) -> None:
    written = io.StringIO(newline="")
    rows = [shot.row() for shot in shots]
    table = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(folder / "verdict.md", text.encode())
        write_durably(folder / "shots.csv", written.getvalue().encode())
    except OSError as error:
        raise WorkError(f"{folder} cannot be written ({error.strerror}): free the disk") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.verdict",
        description="Corrupt good pictures on purpose and score what the verdict reports."
        " Thresholds may be chosen on one half of the pictures; the tables are of the other.",
    )
    add = parser.add_argument
    add(
        "--data",
        required=True,
        nargs="+",
        metavar="DATASET[@SPLIT]",
        help="pictures with masks; train, val or all of them (default: val)",
    )
    add("--limit", type=positive_int, metavar="N", help="at most N pictures of each data set")
    add(
        *("--corruption", "--spoil"),
        nargs="+",
        default=CORRUPTION_NAMES,
        choices=CORRUPTION_NAMES,
        metavar="NAME",
        help=f"only these: {', '.join(CORRUPTION_NAMES)}",
    )
    add("--model", type=Path, default=default_bundle_path(), metavar="BUNDLE")
    add("--thresholds", action="store_true", help="quantiles of the tuned half, to choose by")
    add(
        "--untuned",
        action="store_true",
        help="no threshold was chosen on these: the tables are of all pictures",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object instead")
    form.add_argument("--markdown", action="store_true", help="print a page of docs/measurements")
    add("-o", "--output", type=Path, metavar="DIR", help="folder for verdict.md and shots.csv")
    return parser


if __name__ == "__main__":
    sys.exit(main())
