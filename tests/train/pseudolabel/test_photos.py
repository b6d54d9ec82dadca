"""Which pictures of a data set are labelled anew."""

from __future__ import annotations

from pathlib import Path

from train.datasets.dataset import Dataset, Entry
from train.pseudolabel.photos import list_dataset_photos


def test_pictures_without_a_garment_keep_their_empty_masks() -> None:
    """Neither photos of a bare set nor the studio's undressed and empty ones get a garment."""
    kinds = ("bare", "undressed", "empty-set", "coat")
    entries = tuple(Entry(kind, "", "", "", "train", kind, kind) for kind in kinds)
    photos = list_dataset_photos(Dataset(Path("set"), "set", "", "", entries), teacher=None)
    assert [photo.stem for photo in photos] == ["coat"]
