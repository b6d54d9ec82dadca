"""``python -m train import``: data sets in their own formats become the neutral form."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.foreign_formats import LABELS, write_clothing_co_parsing, write_pairs
from train.datasets.form import load_dataset, split_of


def _import(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "train", "import", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_clothing_co_parsing_maps_labels_by_name(tmp_path: Path) -> None:
    """Clothes are garment; skin, hair, shoes and background are not; skin and hair are body."""
    write_clothing_co_parsing(tmp_path / "ccp")
    done = _import("ccp", tmp_path / "ccp", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    dataset = load_dataset(tmp_path / "out")
    assert len(dataset.entries) == 12
    mask, body = dataset.mask(dataset.entries[0]), dataset.body(dataset.entries[0])
    assert body is not None
    row = {name: number * 10 + 5 for number, name in enumerate(LABELS)}
    garment = {name for name in LABELS if mask[row[name], 20] == 255}
    assert garment == {"t-shirt", "socks"}
    assert {name for name in LABELS if body[row[name], 20] == 255} == {"skin", "hair"}


def test_the_split_is_by_group_and_the_same_every_time(tmp_path: Path) -> None:
    """Pictures of one sender never lie in both splits, whoever imports them."""
    full = np.full((50, 50), 255, np.uint8)
    stems = [f"p{number:02d}" for number in range(30)]
    write_pairs(tmp_path, dict.fromkeys(stems, full))
    with (tmp_path / "table.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "group", "kind"])
        writer.writerows(
            [stem, f"sender{number % 6}", "Shirt"] for number, stem in enumerate(stems)
        )
    for out in ("first", "second"):
        done = _import(
            "pairs", tmp_path / "pictures", tmp_path / "masks", tmp_path / out, "--name", "set",
            "--table", tmp_path / "table.csv", "--val-share", "0.4",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    first, second = load_dataset(tmp_path / "first"), load_dataset(tmp_path / "second")
    assert first.entries == second.entries
    train, val = ({entry.group for entry in first.split(name)} for name in ("train", "val"))
    assert train, val
    assert not train & val


def test_the_val_share_is_met() -> None:
    """Over many groups the share kept apart is the share asked for."""
    kept = sum(split_of(f"g{n}", seed=1, val_share=0.1) == "val" for n in range(4000))
    assert 330 < kept < 470


def test_doubtful_masks_are_refused_by_name_and_reason(tmp_path: Path) -> None:
    """A soft, an empty, a missing and a mis-sized mask are each refused with the reason."""
    whole = np.full((50, 50), 255, np.uint8)
    masks = {
        "good": whole,
        "binary": np.ones((50, 50), np.uint8),
        "soft": np.full((50, 50), 120, np.uint8),
        "empty": np.zeros((50, 50), np.uint8),
        "small": np.full((20, 20), 255, np.uint8),
        "missing": whole,
    }
    write_pairs(tmp_path, masks)
    (tmp_path / "masks" / "missing.png").unlink()
    done = _import(
        "pairs", tmp_path / "pictures", tmp_path / "masks", tmp_path / "out", "--name", "set",
        "--max-soft-share", "0.18", "--min-area-share", "0.08",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    dataset = load_dataset(tmp_path / "out")
    assert {entry.stem for entry in dataset.entries} == {"good", "binary"}
    assert all((dataset.mask(entry) == 255).all() for entry in dataset.entries)
    for stem in ("soft", "empty", "small", "missing"):
        assert f"refused {stem}.jpg: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ccp", "nowhere", "out"), "is not Clothing Co-Parsing"),
        (("pairs", "nowhere", "nowhere", "out", "--name", "x"), "is not a folder"),
        (("ccp", "nowhere", "out", "--val-share", "2"), "--val-share 2.0 does not fit"),
    ],
)
def test_wrong_input_gets_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    """A person's mistake gets one sentence, exit code 2 and leaves nothing behind."""
    placed = [str(tmp_path / a) if a in ("nowhere", "out") else a for a in arguments]
    done = _import(*placed)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_broken_photo_is_named(tmp_path: Path) -> None:
    """A photo that is text is named with its annotation, and no index is written."""
    write_clothing_co_parsing(tmp_path / "ccp", photos=2)
    (tmp_path / "ccp" / "photos" / "0002.jpg").write_text("not a picture")
    done = _import("ccp", tmp_path / "ccp", tmp_path / "out")
    assert done.returncode == 2
    assert "0002.jpg is missing or no picture" in done.stderr
    assert not (tmp_path / "out" / "index.csv").exists()


@pytest.mark.real_data
def test_the_published_data_set_imports_whole(data_folder: Path, tmp_path: Path) -> None:
    """All annotated photos of the real Clothing Co-Parsing import, with plausible garments."""
    done = _import("ccp", data_folder / "clothing-co-parsing", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    dataset = load_dataset(tmp_path / "out")
    annotations = data_folder / "clothing-co-parsing" / "annotations" / "pixel-level"
    assert len(dataset.entries) == len(list(annotations.glob("*.mat"))) >= 800
    shares = [float((dataset.mask(entry) >= 128).mean()) for entry in dataset.entries[::40]]
    assert 0.08 < np.mean(shares) < 0.4
