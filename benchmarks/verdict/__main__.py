"""`python -m benchmarks.verdict`: spoil good pictures, and see whether the verdict tells."""

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
from benchmarks.verdict.corrupted_shot import SPOIL_NAMES, CorruptedShot, corrupt_shots
from benchmarks.verdict.precision_recall import judge_shot
from benchmarks.verdict.tables import document, tables, thresholds
from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.cli.argument_types import positive_int
from device.cli.exit_code import report_error
from device.errors import UsageError, WorkError
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.settings.verdict import STANDARD
from device.system.durable_file import write_durably

SPLIT_MARK = "@"
"""Between a data set and the part of it to take."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(argv)
    try:
        shots = list(_shots(options))
        unseen = [each for each in shots if options.untuned or each.half == "held out"]
        held_out = judge_shot(unseen, STANDARD)
        tuned = [each for each in shots if each.half == "tuned"]
        text = tables(held_out)
        if options.thresholds:
            text += thresholds(tuned, STANDARD)
        if options.output is not None:
            _write(options.output, text, shots)
        print(json.dumps(document(held_out), indent=1) if options.json else text)
    except (UsageError, WorkError, ImportError) as error:
        return report_error(error)
    return 0


def _shots(options: argparse.Namespace) -> Iterator[CorruptedShot]:
    bundle = load_bundle(options.model)
    pipeline = Pipeline(bundle, open_runtime(bundle)[0])
    for data in options.data:
        path, _, split = data.partition(SPLIT_MARK)
        pictures = list(read_labelled(Path(path), split or "val", options.limit))
        for number, picture in enumerate(pictures, start=1):
            yield from corrupt_shots(pipeline, picture, options.spoil)
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
        description="Spoil good pictures on purpose and see whether the verdict tells."
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
        "--spoil",
        nargs="+",
        default=SPOIL_NAMES,
        choices=SPOIL_NAMES,
        metavar="WAY",
        help=f"only so: {', '.join(SPOIL_NAMES)}",
    )
    add("--model", type=Path, default=default_bundle_path(), metavar="BUNDLE")
    add("--thresholds", action="store_true", help="what the other half says of thresholds")
    add(
        "--untuned",
        action="store_true",
        help="no threshold was chosen on these: the tables are of all pictures",
    )
    add("--json", action="store_true", help="the held-out figures for programs")
    add("-o", "--output", type=Path, metavar="DIR", help="folder for verdict.md and shots.csv")
    return parser


if __name__ == "__main__":
    sys.exit(main())
