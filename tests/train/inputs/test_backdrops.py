"""Which pictures garments are pasted onto."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from tests.support.small_samples import ARCHITECTURE
from train.datasets.dataset import load_dataset, write_picture
from train.inputs.batches import Batch, Batches
from train.inputs.samples import Samples
from train.runs.plan import Source


@pytest.mark.parametrize("form_px", [60, 4, 0])
def test_garments_are_pasted_onto_every_kind_without_one(
    drawn_dataset: Path, tmp_path: Path, form_px: int
) -> None:
    """Undressed and empty sets are backdrops as bare ones are, and no garment is lost there."""
    folder = tmp_path / "set"
    shutil.copytree(drawn_dataset, folder)
    dataset = load_dataset(folder)
    emptied = dataset.select("train")[:10]
    body = np.zeros((96, 72), np.uint8)
    body[10 : 10 + form_px, 20:50] = 255
    for entry in emptied:
        write_picture(folder / entry.mask, np.zeros((96, 72), np.uint8))
        write_picture(folder / entry.body, body)

    def draw(kind: str) -> list[Batch]:
        renamed = (replace(e, kind=kind) if e in emptied else e for e in dataset.entries)
        source = Source(replace(dataset, entries=tuple(renamed)), paste=True)
        samples = Samples([source], ARCHITECTURE, batch_size=4, seed=3, paste_share=1.0)
        return list(islice(Batches(samples).iterate_epoch(0), 4))

    bare = draw("bare")
    assert _same(draw("undressed"), bare)
    assert _same(draw("empty-set"), bare)
    drawn = draw("drawn")
    assert not _same(drawn, bare)
    assert _show_garments(bare) == _show_garments(drawn)


def _show_garments(batches: list[Batch]) -> list[bool]:
    return [bool((target > 0.5).any()) for _, targets in batches for target in targets]


def _same(some: list[Batch], others: list[Batch]) -> bool:
    return all(
        np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1])
        for one, other in zip(some, others, strict=True)
    )
