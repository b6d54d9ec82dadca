"""A drawn data set, for tests that need pictures and not what they show."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.support.small_run import SMALL, train
from train.datasets.dataset import Entry, assign_split, write_index, write_picture


def draw_dataset(folder: Path, *, pictures: int, seed: int = 1) -> Path:
    """Write shirts of one colour on grey, with arms as body, in the neutral form."""
    random = np.random.default_rng(seed)
    entries = []
    for number in range(pictures):
        picture = np.full((96, 72, 3), random.integers(90, 160), np.uint8)
        mask, body = np.zeros((96, 72), np.uint8), np.zeros((96, 72), np.uint8)
        x, y = int(random.integers(20, 36)), int(random.integers(20, 40))
        cv2.rectangle(body, (x - 8, y), (x + 30, y + 12), 255, cv2.FILLED)
        cv2.rectangle(mask, (x, y - 4), (x + 22, y + 36), 255, cv2.FILLED)
        body[mask > 0] = 0
        picture[body > 0] = (220, 180, 160)
        picture[mask > 0] = (200, int(random.integers(0, 60)), int(random.integers(0, 60)))
        stem = f"drawn-{number:03d}"
        paths = f"images/{stem}.png", f"masks/{stem}.png", f"body/{stem}.png"
        for path, content in zip(paths, (picture, mask, body), strict=True):
            write_picture(folder / path, content)
        split = assign_split(stem, seed=seed, val_share=0.25)
        entries.append(Entry(stem, *paths, split, stem, "drawn"))
    write_index(
        folder, entries, name=folder.name, source="drawn", licence="CC0-1.0", command="", seed=seed
    )
    return folder


@pytest.fixture(scope="session")
def drawn_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of 40 drawn pictures."""
    return draw_dataset(tmp_path_factory.mktemp("data") / "drawn", pictures=40)


@pytest.fixture(scope="session")
def finished_run(drawn_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three epochs, never interrupted; copy it before you change anything in it."""
    run = tmp_path_factory.mktemp("finished") / "whole"
    done = train("fit", run, "--data", drawn_dataset, "--epochs", 3, *SMALL)
    assert done.returncode == 0, done.stderr
    return run
