"""Real places without the garment that was photographed there."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from tests.support.small_samples import make_samples
from train.datasets.dataset import load_dataset, write_picture
from train.inputs.batches import Batches
from train.inputs.surroundings import join_surroundings

PLACE, GARMENT = (40, 90, 200), (250, 20, 20)


def test_surroundings_have_nothing_of_the_garment() -> None:
    """A place that goes behind another garment shows no part of its own garment and body."""
    picture = np.full((60, 100, 3), PLACE, np.uint8)
    occupied = np.zeros((60, 100), np.uint8)
    picture[5:60, 40:61], occupied[5:60, 40:61] = GARMENT, 255
    place = join_surroundings(picture, occupied)
    assert place is not None
    assert place.shape == (60, 71, 3)
    assert (place == PLACE).all()


def test_a_close_up_has_no_surroundings() -> None:
    """Where the garment fills the picture there is no place to take."""
    occupied = np.zeros((60, 100), np.uint8)
    occupied[:, 10:90] = 255
    assert join_surroundings(np.zeros((60, 100, 3), np.uint8), occupied) is None


def test_some_places_are_learnt_without_their_garment(drawn_dataset: Path, tmp_path: Path) -> None:
    """Of pictures that mark a body a few come as the place alone, and nothing is to be found."""
    folder = tmp_path / "set"
    shutil.copytree(drawn_dataset, folder)
    dataset = load_dataset(folder)
    for entry in dataset.entries:
        mask = np.zeros(dataset.read_mask(entry).shape, np.uint8)
        mask[20:80, 30:40] = 255
        write_picture(folder / entry.mask, mask)
        write_picture(folder / entry.body, np.roll(mask, 5, axis=1))
    batches = [
        targets
        for epoch in range(6)
        for _, targets in islice(
            Batches(make_samples(load_dataset(folder))).iterate_epoch(epoch), 8
        )
    ]
    found = [float(cv2.minMaxLoc(target)[1]) > 0.1 for batch in batches for target in batch]
    assert 0.01 < found.count(False) / len(found) < 0.12
