"""``train check``: the faults of a data set."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.import_command import box, picture, run, save
from train.datasets.dataset import Entry, write_index

SIZE = (48, 40)
MASK = box(5, 5, 40, 30, SIZE)


def _dataset(folder: Path, pictures: int = 12) -> list[Entry]:
    entries = []
    for number in range(pictures):
        stem = f"p{number:02d}"
        save(folder / "images" / f"{stem}.png", picture(number))
        save(folder / "masks" / f"{stem}.png", MASK)
        split = "val" if number % 3 == 0 else "train"
        entries.append(
            Entry(stem, f"images/{stem}.png", f"masks/{stem}.png", "", split, stem, "drawn")
        )
    _index(folder, entries)
    return entries


def _index(folder: Path, entries: list[Entry]) -> None:
    write_index(folder, entries, name="set", source="", licence="", command="", seed=1)


def test_check_passes_a_sound_data_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A data set without faults gives one line and exit code 0."""
    _dataset(tmp_path / "set")
    done = run(capsys, "check", tmp_path / "set")
    assert done.code == 0
    assert done.out == f"{tmp_path / 'set'}: 12 pictures, 0 faults, 0 notes\n"


def test_check_lists_every_fault_with_its_fix(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Damage, wrong sizes, empty and 0/1 masks and pictures in both splits are found in one run."""
    folder = tmp_path / "set"
    entries = _dataset(folder)
    for number, mask in ((1, MASK // 255), (2, MASK * 0), (4, MASK[:-1])):
        save(folder / "masks" / f"p{number:02d}.png", np.asarray(mask, np.uint8))
    (folder / "images" / "p05.png").unlink()
    content = (folder / "images" / "p07.png").read_bytes()
    (folder / "images" / "p07.png").write_bytes(content[:-40])
    Image.fromarray(MASK).convert("P").save(folder / "masks" / "p08.png")
    save(folder / "images" / "p10.png", picture(0))
    save(folder / "masks" / "loose.png", MASK)
    tied = [
        Entry(**{**_fields(e), "group": "tied"}) if e.stem in ("p03", "p11") else e for e in entries
    ]
    _index(folder, tied)
    done = run(capsys, "check", folder, "--csv", tmp_path / "faults.csv")
    assert done.code == 1
    with (tmp_path / "faults.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["file"]: row["fault"] for row in rows} == {
        "index.csv": "has group tied in both splits",
        "masks/p01.png": "has no level above 1, and garment begins at 128",
        "masks/p02.png": "is empty",
        "masks/p04.png": "is 40x47, its picture 40x48",
        "images/p05.png": "cannot be read (No such file or directory)",
        "images/p07.png": next(row["fault"] for row in rows if row["file"] == "images/p07.png"),
        "masks/p08.png": "is not 8-bit grey",
        "images/p10.png": (
            "shows the same as images/p00.png, which is in val while this is in train"
        ),
        "masks/loose.png": "is a mask that the index does not name",
    }
    assert all(row["mend"] for row in rows)
    assert "8 faults, 1 notes" in done.out


def test_check_notes_a_duplicate_within_one_split(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same picture twice in train is listed, and the exit code stays 0."""
    _dataset(tmp_path / "set")
    save(tmp_path / "set" / "images" / "p02.png", picture(1))
    done = run(capsys, "check", tmp_path / "set")
    assert done.code == 0
    assert "note: images/p02.png: shows the same as images/p01.png; " in done.out


@pytest.mark.parametrize("kind", ["bare", "undressed", "empty-set"])
def test_an_empty_mask_is_right_where_no_garment_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """Imported photos of a bare set and the studio's undressed forms and empty sets are sound."""
    folder = tmp_path / "set"
    entries = _dataset(folder)
    save(folder / entries[2].mask, MASK * 0)
    _index(folder, [Entry(**{**_fields(e), "kind": kind}) if e.stem == "p02" else e
                    for e in entries])  # fmt: skip
    assert run(capsys, "check", folder).code == 0


def test_check_passes_the_shipped_calibration_pictures(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pictures that ship with the project have no faults."""
    assert run(capsys, "check", repository / "calibration_images").code == 0


def _fields(entry: Entry) -> dict[str, str]:
    return {name: getattr(entry, name) for name in entry.__slots__}
