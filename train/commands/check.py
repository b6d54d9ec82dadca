"""``python -m train check``: the faults of a data set, before it is trained on."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from train.datasets.check import check_dataset
from train.datasets.dataset import load_dataset

_DESCRIPTION = """\
List every fault of a data set in the neutral form, with its fix: damaged or missing
files, sizes that differ, empty masks, masks that are not 0 to 255, groups and pictures
that lie in both splits (pictures are compared by what they show), and files that the
index does not name. Nothing is changed.

Exit code 1 when any of them would hurt training or judging; notes do not."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train check",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="as train import writes it")
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write file, fault, mend there too"
    )
    return parser


def main(arguments: list[str]) -> int:
    """Check one data set; return the exit code."""
    options = _parser().parse_args(arguments)
    dataset = load_dataset(options.dataset)
    faults = check_dataset(dataset)
    for line in faults.format_lines():
        sys.stdout.write(f"{line}\n")
    if options.csv:
        faults.write(options.csv)
    sys.stdout.write(
        f"{options.dataset}: {len(dataset.entries)} pictures, {faults.harmful_count} faults, "
        f"{len(faults) - faults.harmful_count} notes\n"
    )
    return 1 if faults.harmful_count else 0
