"""A data set with spoiled copies, to learn from what masks are worth."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.support.drawn_shirt import draw_shirt
from train.__main__ import main
from train.datasets.dataset import load_dataset, shows_no_garment
from train.inputs.spoiling import SPOILINGS, find_parts_without_garment


@pytest.fixture
def shirts(tmp_path: Path) -> Path:
    """Eight drawn shirts with their masks."""
    photos, masks = tmp_path / "photos", tmp_path / "masks"
    for folder in (photos, masks):
        folder.mkdir()
    for number in range(8):
        pixels, mask = draw_shirt(number)
        cv2.imwrite(str(photos / f"shirt-{number}.png"), pixels)
        cv2.imwrite(str(masks / f"shirt-{number}.png"), mask)
    data = tmp_path / "data"
    assert main(["import", "pairs", str(photos), str(masks), str(data), "--name", "shirts"]) == 0
    return data


def test_each_picture_has_a_spoiled_copy_of_its_own_group(shirts: Path, tmp_path: Path) -> None:
    """The pictures are there as they were, each with one copy that looks otherwise."""
    assert main(["spoil", str(shirts), str(tmp_path / "hard"), "--split", "all"]) == 0
    before, after = load_dataset(shirts), load_dataset(tmp_path / "hard")
    made = {entry.stem: entry for entry in after.entries}
    names = {spoiling.name for spoiling in SPOILINGS}
    for entry in before.entries:
        assert made[entry.stem] == entry
        assert np.array_equal(after.read_image(entry), before.read_image(entry))
        (copy,) = [
            each for stem, each in made.items() if stem.removeprefix(f"{entry.stem}-") in names
        ]
        assert (copy.group, copy.split, copy.kind) == (entry.group, entry.split, entry.kind)
        assert np.array_equal(after.read_mask(copy), before.read_mask(entry))
        changed = np.abs(after.read_image(copy).astype(int) - before.read_image(entry))
        assert changed.mean() > 1
    again = tmp_path / "again"
    assert main(["spoil", str(shirts), str(again), "--split", "all"]) == 0
    assert (again / "index.csv").read_bytes() == (tmp_path / "hard" / "index.csv").read_bytes()


def test_what_lies_beside_the_garment_shows_none(tmp_path: Path) -> None:
    """Wide parts around a garment become pictures without one, narrow strips do not."""
    mask = np.zeros((400, 300), np.uint8)
    mask[180:380, 130:270] = 255
    parts = find_parts_without_garment(mask)
    assert set(parts) == {"above", "left"}
    assert all(not mask[part].any() for part in parts.values())
    assert find_parts_without_garment(np.zeros_like(mask)) == {}
    folder = tmp_path / "set"
    for name, content in (("images", np.full((400, 300, 3), 90, np.uint8)), ("masks", mask)):
        (folder / name).mkdir(parents=True)
        cv2.imwrite(str(folder / name / "one.png"), content)
    data = tmp_path / "data"
    pairs = [str(folder / "images"), str(folder / "masks"), str(data)]
    assert main(["import", "pairs", *pairs, "--name", "one"]) == 0
    assert main(["spoil", str(data), str(tmp_path / "hard"), "--split", "all"]) == 0
    entries = load_dataset(tmp_path / "hard").entries
    assert [shows_no_garment(entry.kind) for entry in entries] == [False, False, True, True]


def test_a_folder_that_holds_something_is_not_written_over(
    shirts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one sentence; nothing is changed."""
    assert main(["spoil", str(shirts), str(tmp_path), "--split", "all"]) == 2
    assert "is not empty: name a new folder" in capsys.readouterr().err
    assert not (tmp_path / "index.csv").exists()
