"""``python -m train import``: other people's data sets into the neutral form."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from train.commands.import_arguments import make_parser
from train.commands.import_reader import make_options, open_foreign
from train.datasets.archive import unpack_archives
from train.datasets.dataset import Entry
from train.datasets.faults import Faults
from train.datasets.importing import import_dataset
from train.datasets.labelled_picture import ForeignDataset
from train.datasets.names import make_printable
from train.datasets.one_picture import count_passed_over
from train.errors import UsageError

# A screenful; the rest is in faults.csv.
SHOWN_FAULTS = 20
_SOURCES = ("folder", "masks", "images")  # options that name what to read


def main(arguments: list[str]) -> int:
    """Import one data set; return the exit code."""
    options = make_parser().parse_args(arguments)
    if not 0 <= options.val_share < 1:
        raise UsageError(f"--val-share {options.val_share} does not fit: use 0 up to below 1")
    for source in _list_sources(options):
        if options.out.resolve().is_relative_to(source.resolve()):
            raise UsageError(f"{options.out} lies inside {source}: name a folder outside of it")
    faults = Faults()
    how = make_options(options, "python -m train import " + shlex.join(arguments))
    written = False
    try:
        with unpack_archives(_list_sources(options), options.out, faults) as folders:
            for name in _SOURCES:
                given = getattr(options, name, None)
                if given is not None:
                    setattr(options, name, folders.get(given, given))
            foreign = open_foreign(options, faults)
            if foreign.remark:
                sys.stdout.write(f"{make_printable(foreign.remark)}\n")
            entries = import_dataset(options.out, foreign, how, faults)
        written = True
    except UsageError as error:
        raise UsageError(faults.name_sources(str(error))) from error
    finally:
        _show_faults(faults, most=SHOWN_FAULTS if written else None)
    _summarise(options, entries, foreign, faults)
    return 1 if faults.unreadable_count else 0


def _list_sources(options: argparse.Namespace) -> list[Path]:
    given = (getattr(options, name, None) for name in _SOURCES)
    return [path for path in given if path is not None]


def _show_faults(faults: Faults, most: int | None) -> None:
    lines = faults.format_lines(most)
    for line in lines:
        sys.stderr.write(f"{line}\n")
    if len(lines) < len(faults):
        sys.stderr.write(f"… and {len(faults) - len(lines)} more\n")


def _summarise(
    options: argparse.Namespace, entries: list[Entry], foreign: ForeignDataset, faults: Faults
) -> None:
    groups = len({entry.group for entry in entries})
    trained = sum(entry.split == "train" for entry in entries)
    sys.stdout.write(
        f"{options.out}: {len(entries)} pictures in {groups} groups, "
        f"{trained} to train on, {len(entries) - trained} kept apart, "
        f"{max(0, foreign.total - len(entries))} left out\n"
    )
    if options.val_share and trained in (0, len(entries)):
        missing = "kept apart for validation" if trained else "left to train on"
        sys.stdout.write(f"no picture is {missing}: use another --seed or --val-share\n")
    if faults.unreadable_count:
        sys.stdout.write(f"{count_passed_over(faults.unreadable_count)}\n")
    if len(faults):
        harmful = faults.harmful_count
        sys.stdout.write(
            f"{harmful} faults and {len(faults) - harmful} notes, each with its "
            f"fix: {options.out / 'faults.csv'}\n"
        )
