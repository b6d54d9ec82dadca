"""``python -m train spoil``: a data set with spoiled copies and parts without a garment.

The rig learns what its masks are worth (`train verdict`) from poor pictures too: beside each
picture stands a copy that is out of focus, too dark or too bright, and what the picture shows
beside the garment, which has none to find.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from train.arrays import UInt8Array
from train.atomic_file import write_atomically
from train.datasets.dataset import (
    BARE,
    Dataset,
    Entry,
    load_dataset,
    shows_no_garment,
    write_index,
    write_picture,
)
from train.errors import UsageError
from train.inputs.spoiling import SPOILINGS, find_parts_without_garment
from train.progress import Progress


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train spoil", description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATASET", help="labelled pictures")
    parser.add_argument("out", type=Path, metavar="OUT", help="data set to make")
    parser.add_argument("--split", default="val", help="train, val or all (default: val)")
    return parser


def main(arguments: list[str]) -> int:
    """Write the data set; return the exit code."""
    options = _parser().parse_args(arguments)
    dataset = load_dataset(options.data)
    chosen = dataset.select(options.split)
    if not chosen:
        raise UsageError(f"{options.data} has no picture of the split {options.split}")
    if options.out.exists() and any(options.out.iterdir()):
        raise UsageError(f"{options.out} is not empty: name a new folder")
    entries: list[Entry] = []
    with Progress("spoil", len(chosen)) as progress:
        for entry in chosen:
            entries += _write_picture(dataset, entry, options.out)
            progress.step()
    write_index(
        options.out,
        entries,
        name=dataset.name,
        source=dataset.source,
        licence=dataset.licence,
        command="python -m train spoil " + shlex.join(arguments),
        seed=None,
    )
    empty = sum(shows_no_garment(entry.kind) for entry in entries)
    sys.stdout.write(
        f"{options.out}: {len(chosen)} pictures, {len(entries) - len(chosen)} made of them,"
        f" {empty} of all without a garment\n"
    )
    return 0


def _write_picture(dataset: Dataset, entry: Entry, out: Path) -> Iterator[Entry]:
    """Write a picture and what is made of it; the same each time."""
    picture, mask = dataset.read_image(entry), dataset.read_mask(entry)
    for path in (entry.image, entry.mask, *((entry.body,) if entry.body else ())):
        write_atomically(out / path, (dataset.path / path).read_bytes())
    yield entry
    if shows_no_garment(entry.kind):
        return
    seed = zlib.crc32(entry.stem.encode())
    spoiling = SPOILINGS[seed % len(SPOILINGS)]
    spoiled = spoiling.apply(picture, np.random.default_rng(seed))
    yield _write(out, replace(entry, stem=f"{entry.stem}-{spoiling.name}"), spoiled, mask)
    for side, part in find_parts_without_garment(mask).items():
        made = replace(entry, stem=f"{entry.stem}-{side}", kind=BARE)
        yield _write(out, made, picture[part], np.zeros_like(mask[part]))


def _write(out: Path, entry: Entry, picture: UInt8Array, mask: UInt8Array) -> Entry:
    image, label = f"images/{entry.stem}.jpg", f"masks/{entry.stem}.png"
    write_picture(out / image, picture)
    write_picture(out / label, mask)
    return replace(entry, image=image, mask=label, body="")
