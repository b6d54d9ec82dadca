"""``python -m train import``: other people's data sets into the neutral form."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from train.datasets import clothing_co_parsing, pairs
from train.datasets.form import Entry
from train.datasets.pictures import import_into
from train.errors import UsageError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train import", description=__doc__)
    formats = parser.add_subparsers(dest="format", required=True)
    ccp = formats.add_parser("ccp", help="Clothing Co-Parsing in its own layout")
    ccp.add_argument("folder", type=Path, metavar="DIR")
    ccp.add_argument("out", type=Path, metavar="OUT")
    paired = formats.add_parser("pairs", help="a folder of pictures and a folder of masks")
    paired.add_argument("folder", type=Path, metavar="PICTURES")
    paired.add_argument("masks", type=Path, metavar="MASKS")
    paired.add_argument("out", type=Path, metavar="OUT")
    paired.add_argument("--name", required=True, help="short name of the data set")
    paired.add_argument("--source", default="unstated", help="where the pictures come from")
    paired.add_argument("--licence", default="unstated", help="of pictures and masks")
    paired.add_argument("--table", type=Path, help="CSV that says who sent what")
    paired.add_argument("--stem-column", default="image")
    paired.add_argument("--group-column", default="group")
    paired.add_argument("--kind-column", default="kind")
    paired.add_argument(
        "--max-soft-share",
        type=float,
        default=1.0,
        help="refuse masks of which a larger share is undecided (default: %(default)s, none)",
    )
    paired.add_argument(
        "--min-area-share",
        type=float,
        default=0.0,
        help="refuse masks that cover less of the picture (default: %(default)s)",
    )
    for each in (ccp, paired):
        each.add_argument("--val-share", type=float, default=0.1, help="default: %(default)s")
        each.add_argument("--seed", type=int, default=1, help="of the split; default: 1")
    return parser


def main(arguments: list[str]) -> int:
    """Import one data set; return the exit code."""
    options = _parser().parse_args(arguments)
    if not 0 <= options.val_share < 1:
        raise UsageError(f"--val-share {options.val_share} does not fit: use 0 up to below 1")
    command = "python -m train import " + shlex.join(arguments)
    refused: list[str] = []
    if options.format == "ccp":
        entries = import_into(
            options.out,
            clothing_co_parsing.read(options.folder),
            total=clothing_co_parsing.count(options.folder),
            name="clothing-co-parsing",
            source=clothing_co_parsing.SOURCE,
            licence=clothing_co_parsing.LICENCE,
            command=command,
            val_share=options.val_share,
            seed=options.seed,
        )
    else:
        entries = _import_pairs(options, command, refused)
    for sentence in refused:
        sys.stderr.write(f"refused {sentence}\n")
    trained = sum(entry.split == "train" for entry in entries)
    sys.stdout.write(
        f"{options.out}: {len(entries)} pictures, {trained} to train on, "
        f"{len(entries) - trained} kept apart, {len(refused)} refused\n"
    )
    return 0


def _import_pairs(options: argparse.Namespace, command: str, refused: list[str]) -> list[Entry]:
    photos = pairs.find(options.folder)
    if not options.masks.is_dir():
        raise UsageError(f"{options.masks} is not a folder: name the folder that holds the masks")
    table = None
    if options.table:
        table = pairs.Table(
            options.table, options.stem_column, options.group_column, options.kind_column
        )
    labelled = pairs.read(
        photos,
        options.masks,
        table=table,
        max_soft_share=options.max_soft_share,
        min_area_share=options.min_area_share,
        refuse=refused.append,
    )
    return import_into(
        options.out,
        labelled,
        total=len(photos),
        name=options.name,
        source=options.source,
        licence=options.licence,
        command=command,
        val_share=options.val_share,
        seed=options.seed,
    )
