"""Files whose names differ in case or punctuation alone are never taken for one another."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.support.import_command import UInt8Array, box, picture, read_faults, run, save
from train.datasets.dataset import load_dataset

SIZE = (48, 40)
UPPER, LOWER = box(5, 5, 20, 20, SIZE), box(20, 10, 40, 30, SIZE)


def _save_photos(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        save(folder / name, picture(number))


def _read_masks(out: Path) -> dict[str, UInt8Array]:
    dataset = load_dataset(out)
    return {entry.stem: dataset.read_mask(entry) for entry in dataset.entries}


def _write_coco(folder: Path, names: list[str]) -> Path:
    corners = [[5, 5, 20, 5, 20, 20, 5, 20], [10, 20, 30, 20, 30, 40, 10, 40]]
    content = {
        "images": [
            {"id": n, "file_name": name, "height": 48, "width": 40} for n, name in enumerate(names)
        ],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "segmentation": [corners[n]]}
            for n in range(len(names))
        ],
        "categories": [{"id": 1, "name": "shirt"}],
    }
    (folder / "result.json").write_text(json.dumps(content))
    return folder


def test_voc_gives_a_picture_the_mask_of_its_own_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A.png with the masks A.png and a.png has its own mask; the other one is reported."""
    folder = tmp_path / "voc"
    _save_photos(folder / "JPEGImages", "A.png")
    save(folder / "SegmentationClass" / "A.png", UPPER // 255)
    save(folder / "SegmentationClass" / "a.png", LOWER // 255)
    chosen = "--garment-category", "1"
    done = run(capsys, "import", "voc", folder, tmp_path / "out", *chosen)
    assert done.code == 0, done.err
    assert np.array_equal(_read_masks(tmp_path / "out")["A"], UPPER)
    found = [(Path(row["file"]).name, row["fault"]) for row in read_faults(tmp_path / "out")]
    assert found == [("a.png", "is a mask without a picture")]


def test_voc_lists_the_picture_of_the_other_case_as_without_mask(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A.png and a.png with one mask a.png: the mask is that of a.png alone."""
    folder = tmp_path / "voc"
    _save_photos(folder / "JPEGImages", "A.png", "a.png")
    save(folder / "SegmentationClass" / "a.png", LOWER // 255)
    chosen = "--garment-category", "1"
    done = run(capsys, "import", "voc", folder, tmp_path / "out", *chosen)
    assert done.code == 0, done.err
    assert list(_read_masks(tmp_path / "out")) == ["a"]
    found = [(Path(row["file"]).name, row["fault"]) for row in read_faults(tmp_path / "out")]
    assert found == [("A.png", "has no mask")]


def test_pairs_give_no_mask_to_two_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mask in a picture's own case is no other's; in another case it serves the one picture."""
    _save_photos(tmp_path / "photos", "A.png", "a.png", "Coat.png")
    save(tmp_path / "masks" / "a.png", LOWER)
    save(tmp_path / "masks" / "coat.png", UPPER)
    done = run(capsys, "import", "pairs", tmp_path / "photos", tmp_path / "masks", tmp_path / "out")
    assert done.code == 0, done.err
    masks = _read_masks(tmp_path / "out")
    assert sorted(masks) == ["Coat", "a"]
    assert np.array_equal(masks["a"], LOWER)
    assert [row["fault"] for row in read_faults(tmp_path / "out")] == ["has no mask A.png"]


@pytest.mark.parametrize(
    ("missing", "there"), [("A.png", "a.png"), ("x_1.png", "x (1).png"), ("b/x.png", "c/x.png")]
)
def test_coco_keeps_a_picture_for_the_entry_of_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str, there: str
) -> None:
    """An entry whose picture is missing does not take the picture that another entry names."""
    folder = tmp_path / "set"
    _save_photos(folder, there)
    _write_coco(folder, [missing, there])
    done = run(capsys, "import", "coco", folder, tmp_path / "out")
    assert done.code == 0, done.err
    masks = _read_masks(tmp_path / "out")
    assert len(masks) == 1
    assert np.array_equal(next(iter(masks.values())), LOWER)
    faults = [row["fault"] for row in read_faults(tmp_path / "out")]
    assert len(faults) == 1
    assert faults[0].startswith(f"names {missing}, and no such picture")


def test_coco_notes_a_picture_that_it_found_without_punctuation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """x_1.png may be "x (1).png", and a person can see that it was taken for it."""
    folder = tmp_path / "set"
    _save_photos(folder, "x (1).png")
    _write_coco(folder, ["x_1.png"])
    done = run(capsys, "import", "coco", folder, tmp_path / "out")
    assert done.code == 0, done.err
    assert list(_read_masks(tmp_path / "out")) == ["x (1)"]
    faults = [row["fault"] for row in read_faults(tmp_path / "out")]
    assert faults == ["is used for x_1.png, the name most like it"]


def test_labelme_keeps_a_picture_for_the_file_that_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of files that name A.png, missing, and a.png, the second alone has a.png."""
    folder = tmp_path / "set"
    _save_photos(folder, "a.png")
    corners = {"A": [[5, 5], [20, 5], [20, 20]], "a": [[10, 20], [30, 20], [30, 40]]}
    for stem, points in corners.items():
        shape = {"label": "shirt", "shape_type": "polygon", "points": points}
        content = {"imagePath": f"{stem}.png", "imageHeight": 48, "imageWidth": 40}
        (folder / f"{stem}.json").write_text(json.dumps({**content, "shapes": [shape]}))
    done = run(capsys, "import", "labelme", folder, tmp_path / "out")
    assert done.code == 0, done.err
    assert list(_read_masks(tmp_path / "out")) == ["a"]
    faults = [row["fault"] for row in read_faults(tmp_path / "out")]
    assert len(faults) == 1
    assert faults[0].startswith("names A.png, and no such picture")
