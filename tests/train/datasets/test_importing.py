"""``train import``: Clothing Co-Parsing, paired folders, splits and wrong input."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from tests.support.foreign_formats import LABELS, write_clothing_co_parsing, write_pairs
from tests.support.import_command import read_faults, run
from train.datasets.dataset import assign_split, load_dataset


def test_clothing_co_parsing_maps_labels_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Clothes are garment; skin and hair are body; shoes and background are neither."""
    write_clothing_co_parsing(tmp_path / "ccp")
    done = run(capsys, "import", "ccp", tmp_path / "ccp", tmp_path / "out")
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    assert len(dataset.entries) == 12
    mask, body = dataset.read_mask(dataset.entries[0]), dataset.read_body(dataset.entries[0])
    assert body is not None
    row = {name: number * 10 + 5 for number, name in enumerate(LABELS)}
    garment = {name for name in LABELS if mask[row[name], 20] == 255}
    assert garment == {"t-shirt", "socks"}
    assert {name for name in LABELS if body[row[name], 20] == 255} == {"skin", "hair"}


def test_import_splits_by_group_and_reproducibly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pictures of one sender are never in both splits, and a second import splits them alike."""
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
        done = run(
            capsys, "import", "pairs", tmp_path / "pictures", tmp_path / "masks", tmp_path / out,
            "--name", "set", "--table", tmp_path / "table.csv", "--val-share", "0.4",
        )  # fmt: skip
        assert done.code == 0, done.err
    first, second = load_dataset(tmp_path / "first"), load_dataset(tmp_path / "second")
    assert first.entries == second.entries
    train, val = ({entry.group for entry in first.select(name)} for name in ("train", "val"))
    assert train, val
    assert not train & val


def test_assign_split_meets_the_val_share() -> None:
    """Of many groups, the requested share goes to ``val``."""
    kept = sum(assign_split(f"g{n}", seed=1, val_share=0.1) == "val" for n in range(4000))
    assert 330 < kept < 470


def test_import_leaves_out_doubtful_masks_and_lists_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A soft, an empty, a missing and a wrongly sized mask are each listed with the reason."""
    whole = np.full((50, 50), 255, np.uint8)
    masks = {
        "good": whole,
        "binary": np.ones((50, 50), np.uint8),
        "soft": np.asarray(np.arange(2500).reshape(50, 50) % 90 + 100, np.uint8),
        "empty": np.zeros((50, 50), np.uint8),
        "small": np.full((20, 20), 255, np.uint8),
        "missing": whole,
    }
    write_pairs(tmp_path, masks)
    (tmp_path / "masks" / "missing.png").unlink()
    done = run(
        capsys, "import", "pairs", tmp_path / "pictures", tmp_path / "masks", tmp_path / "out",
        "--name", "set", "--max-soft-share", "0.18", "--min-area-share", "0.08",
    )  # fmt: skip
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    assert {entry.stem for entry in dataset.entries} == {"good", "binary"}
    assert all((dataset.read_mask(entry) == 255).all() for entry in dataset.entries)
    faults = {Path(row["file"]).stem: row["fault"] for row in read_faults(tmp_path / "out")}
    assert faults == {
        "soft": "is undecided about 100% of the picture",
        "empty": "covers 0.0% of the picture",
        "small": "is 50x50, its mask 20x20",
        "missing": "has no mask missing.png",
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ccp", "nowhere", "out"), "is not Clothing Co-Parsing"),
        (("pairs", "nowhere", "nowhere", "out", "--name", "x"), "is not a folder"),
        (("ccp", "nowhere", "out", "--val-share", "2"), "--val-share 2.0 does not fit"),
    ],
)
def test_import_reports_wrong_input_in_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    """A user's mistake gives one sentence and exit code 2, and writes nothing."""
    paths = [str(tmp_path / a) if a in ("nowhere", "out") else a for a in arguments]
    done = run(capsys, "import", *paths)
    assert done.code == 2
    assert sentence in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_clothing_co_parsing_lists_broken_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A photo that is text or missing, a damaged annotation and an unknown label are listed."""
    folder = tmp_path / "ccp"
    write_clothing_co_parsing(folder, photos=6)
    (folder / "photos" / "0002.jpg").write_text("not a picture")
    (folder / "photos" / "0003.jpg").unlink()
    (folder / "annotations" / "pixel-level" / "0004.mat").write_bytes(b"cut")
    stray = np.full((60, 40), len(LABELS), np.uint8)
    savemat(folder / "annotations" / "pixel-level" / "0005.mat", {"groundtruth": stray})
    done = run(capsys, "import", "ccp", folder, tmp_path / "out")
    assert done.code == 1, done.err
    stems = [entry.stem for entry in load_dataset(tmp_path / "out").entries]
    assert stems == ["0001", "0006"]
    faults = {Path(row["file"]).name: row["fault"] for row in read_faults(tmp_path / "out")}
    assert faults["0002.jpg"] == "is not a picture"
    assert faults["0003.mat"].startswith("is an annotation without its photo")
    assert faults["0004.mat"] == "is damaged or has no groundtruth"
    assert faults["0005.mat"] == "has stray labels: 6 where 6 are named"


def test_clothing_co_parsing_names_the_kind_by_rare_garments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A photo with a hat is of kind ``hat``; a few stray pixels of hat do not count."""
    folder = tmp_path / "ccp"
    write_clothing_co_parsing(folder, photos=3)
    names = np.empty((1, 4), object)
    names[0] = ["null", "skin", "coat", "hat"]
    savemat(folder / "label_list.mat", {"label_list": names})
    bare_headed = np.zeros((60, 40), np.uint8)
    bare_headed[20:50, 10:30] = 2
    crowned = bare_headed.copy()
    crowned[5:15, 15:25] = 3
    speck = bare_headed.copy()
    speck[5, 15:18] = 3
    for stem, labels in {"0001": bare_headed, "0002": crowned, "0003": speck}.items():
        savemat(folder / "annotations" / "pixel-level" / f"{stem}.mat", {"groundtruth": labels})
    assert run(capsys, "import", "ccp", folder, tmp_path / "out").code == 0
    kinds = {entry.stem: entry.kind for entry in load_dataset(tmp_path / "out").entries}
    assert kinds == {"0001": "outfit", "0002": "hat", "0003": "outfit"}


@pytest.mark.real_data
def test_clothing_co_parsing_imports_whole(
    data_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All annotated photos of the real data set are imported, with garments of plausible size."""
    done = run(capsys, "import", "ccp", data_folder / "clothing-co-parsing", tmp_path / "out")
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    annotations = data_folder / "clothing-co-parsing" / "annotations" / "pixel-level"
    rows = read_faults(tmp_path / "out")
    empty = [Path(row["file"]).name for row in rows if "empty mask" in row["fault"]]
    assert empty == ["0536.jpg"]  # its annotation is null everywhere
    assert len(dataset.entries) == len(list(annotations.glob("*.mat"))) - 1 >= 800
    # The same person at the same place, photographed twice.
    group = {entry.stem: entry.group for entry in dataset.entries}
    assert group["0594"] == group["0722"]
    shares = [float((dataset.read_mask(entry) >= 128).mean()) for entry in dataset.entries[::40]]
    assert 0.08 < np.mean(shares) < 0.4
