"""From the options of ``python -m train import`` to the reader of the format that they name."""

from __future__ import annotations

import argparse

from train.datasets.faults import Faults
from train.datasets.groups import Groups, Table
from train.datasets.importing import ImportOptions
from train.datasets.label_choice import NamedLabels
from train.datasets.labelled_picture import ForeignDataset
from train.datasets.names import make_printable
from train.datasets.readers import clothing_co_parsing
from train.datasets.readers.clothing_co_parsing import open_clothing_co_parsing
from train.datasets.readers.coco import open_coco
from train.datasets.readers.labelme import open_labelme
from train.datasets.readers.pair_mask import MaskLabels
from train.datasets.readers.pairs import MaskRules, open_pairs
from train.datasets.readers.voc import VocRules, open_voc
from train.errors import UsageError


def make_options(options: argparse.Namespace, command: str) -> ImportOptions:
    """Say what to import under which name and how to split it; ``command`` is for its record."""
    if options.format == "ccp":
        texts = clothing_co_parsing.NAME, clothing_co_parsing.SOURCE, clothing_co_parsing.LICENCE
    else:
        name = options.name or options.out.resolve().name
        texts = name, options.source, options.licence
    name, source, licence = (make_printable(text) for text in texts)
    return ImportOptions(
        name=name,
        source=source,
        licence=licence,
        command=make_printable(command),
        val_share=options.val_share,
        seed=options.seed,
        strict=options.strict,
        allow_empty=options.allow_empty,
    )


def open_foreign(options: argparse.Namespace, faults: Faults) -> ForeignDataset:
    """Open the data set with the reader of its format.

    Args:
        options: as `train.commands.import_data` parses them.
        faults: takes what is wrong with it.

    Raises:
        UsageError: it cannot be read at all, or options do not go together.
    """
    if options.format == "ccp":
        return open_clothing_co_parsing(options.folder)
    groups = _open_groups(options, faults)
    if options.format == "pairs":
        return open_pairs(options.folder, options.masks, _make_mask_rules(options), groups, faults)
    named = NamedLabels(tuple(options.garment_category), tuple(options.body_category))
    if options.format == "voc":
        rules = VocRules(named, options.void)
        return open_voc(options.folder, options.images, rules, groups, faults)
    reader = open_coco if options.format == "coco" else open_labelme
    return reader(options.folder, options.images, named, groups, faults)


def _open_groups(options: argparse.Namespace, faults: Faults) -> Groups:
    table = None
    if options.table:
        columns = options.stem_column, options.group_column, options.kind_column
        table = Table(options.table, *columns)
    return Groups(faults, table, options.group_by)


def _make_mask_rules(options: argparse.Namespace) -> MaskRules:
    if (options.body_label or options.other_label) and not options.garment_label:
        raise UsageError("--body-label and --other-label need --garment-label: name that too")
    labels = MaskLabels(
        garment=frozenset(options.garment_label),
        body=frozenset(options.body_label),
        other=frozenset(options.other_label),
        soft=options.soft,
    )
    return MaskRules(
        suffix=options.mask_suffix,
        labels=labels,
        max_soft_share=options.max_soft_share,
        min_area_share=options.min_area_share,
    )
