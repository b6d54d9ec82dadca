"""``python -m train import``: other people's data sets into the neutral form."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from train.commands.import_arguments import parse
from train.datasets.dataset import Entry
from train.datasets.faults import Faults
from train.datasets.groups import Groups, Table
from train.datasets.importing import ImportOptions, import_dataset
from train.datasets.label_choice import NamedLabels
from train.datasets.labelled_picture import ForeignDataset
from train.datasets.readers import clothing_co_parsing
from train.datasets.readers.clothing_co_parsing import open_clothing_co_parsing
from train.datasets.readers.coco import open_coco
from train.datasets.readers.labelme import open_labelme
from train.datasets.readers.pair_mask import MaskLabels
from train.datasets.readers.pairs import MaskRules, open_pairs
from train.datasets.readers.voc import VocRules, open_voc
from train.errors import UsageError

# The rest stands in faults.csv.
SHOWN_FAULTS = 20


def main(arguments: list[str]) -> int:
    """Import one data set; return the exit code."""
    options = parse(arguments)
    if not 0 <= options.val_share < 1:
        raise UsageError(f"--val-share {options.val_share} does not fit: use 0 up to below 1")
    for name in ("folder", "masks", "images"):
        source: Path | None = getattr(options, name, None)
        if source and options.out.resolve().is_relative_to(source.resolve()):
            raise UsageError(f"{options.out} lies inside {source}: name a folder outside of it")
    faults = Faults()
    how = _make_options(options, "python -m train import " + shlex.join(arguments))
    written = False
    try:
        foreign = _open(options, faults)
        if foreign.remark:
            sys.stdout.write(f"{foreign.remark}\n")
        entries = import_dataset(options.out, foreign, how, faults)
        written = True
    finally:
        _show(faults, most=SHOWN_FAULTS if written else None)
    _summarise(options, entries, foreign, faults)
    return 0


def _make_options(options: argparse.Namespace, command: str) -> ImportOptions:
    published = options.format == "ccp"
    return ImportOptions(
        name=clothing_co_parsing.NAME if published else options.name or options.out.resolve().name,
        source=clothing_co_parsing.SOURCE if published else options.source,
        licence=clothing_co_parsing.LICENCE if published else options.licence,
        command=command,
        val_share=options.val_share,
        seed=options.seed,
        strict=options.strict,
        allow_empty=options.allow_empty,
    )


def _open(options: argparse.Namespace, faults: Faults) -> ForeignDataset:
    if options.format == "ccp":
        return open_clothing_co_parsing(options.folder, faults)
    groups = _groups(options, faults)
    if options.format == "pairs":
        return open_pairs(options.folder, options.masks, _mask_rules(options), groups, faults)
    named = NamedLabels(tuple(options.garment_category), tuple(options.body_category))
    if options.format == "voc":
        rules = VocRules(named, options.void)
        return open_voc(options.folder, options.images, rules, groups, faults)
    reader = open_coco if options.format == "coco" else open_labelme
    return reader(options.folder, options.images, named, groups, faults)


def _groups(options: argparse.Namespace, faults: Faults) -> Groups:
    table = None
    if options.table:
        columns = options.stem_column, options.group_column, options.kind_column
        table = Table(options.table, *columns)
    return Groups(faults, table, options.group_by)


def _mask_rules(options: argparse.Namespace) -> MaskRules:
    if (options.body_label or options.other_label) and not options.garment_label:
        raise UsageError("--body-label and --other-label need --garment-label: name that too")
    labels = MaskLabels(
        garment=frozenset(options.garment_label),
        body=frozenset(options.body_label),
        other=frozenset(options.other_label),
        soft=options.soft,
    )
    return MaskRules(options.mask_suffix, labels, options.max_soft_share, options.min_area_share)


def _show(faults: Faults, most: int | None) -> None:
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
    if len(faults):
        harmful = faults.harmful_count
        sys.stdout.write(
            f"{harmful} faults and {len(faults) - harmful} notes, each with its "
            f"mend: {options.out / 'faults.csv'}\n"
        )
