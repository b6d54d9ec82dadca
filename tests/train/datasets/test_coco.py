"""``train import coco``: what CVAT, Label Studio and Roboflow export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from tests.support.import_command import Done, box, picture, read_body, read_faults, run, save
from train.datasets.dataset import load_dataset

SIZE = (48, 40)
SHIRT, SKIN, BAG = 1, 2, 3
CATEGORIES = [
    {"id": SHIRT, "name": "shirt"},
    {"id": SKIN, "name": "skin"},
    {"id": BAG, "name": "bag"},
]


def _outline(top: int, left: int, bottom: int, right: int) -> list[float]:
    return [left, top, right, top, right, bottom, left, bottom]


def _annotation(number: int, category: int, segmentation: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "image_id": 1, "category_id": category, "segmentation": segmentation,
        "bbox": [0, 0, 1, 1], "area": 1, "iscrowd": 0,
    } | more  # fmt: skip


def _image(number: int, name: str, size: tuple[int, int] = SIZE) -> dict[str, Any]:
    return {"id": number, "file_name": name, "height": size[0], "width": size[1]}


def _write(path: Path, images: list[Any], annotations: list[Any], categories: Any = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"images": images, "annotations": annotations}
    path.write_text(json.dumps({**content, "categories": categories or CATEGORIES}))
    return path


def _compressed(mask: Any) -> dict[str, Any]:
    code = coco_mask.encode(np.asfortranarray(mask > 0))
    return {"size": code["size"], "counts": code["counts"].decode()}


def _counted(mask: Any) -> dict[str, Any]:
    flat = (mask > 0).ravel(order="F").astype(int)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flat]))).tolist()
    runs = np.diff([0, *edges, len(flat)]).tolist()
    return {"size": list(mask.shape), "counts": runs}


def _import(capsys: pytest.CaptureFixture[str], source: Path, out: Path, *options: object) -> Done:
    return run(capsys, "import", "coco", source, out, *options)


def test_coco_draws_polygons_and_run_length_codes_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A polygon, an uncompressed and a compressed run-length code of one region give one mask."""
    irregular = box(5, 6, 30, 20, SIZE)
    irregular[10:14, 8:12] = 0
    irregular[40, 33] = 255
    expected = {
        "polygon": box(10, 5, 30, 25, SIZE) | box(35, 30, 44, 38, SIZE),
        "counted": irregular,
        "compressed": irregular,
    }
    regions = {
        "polygon": [_outline(10, 5, 30, 25), _outline(35, 30, 44, 38)],
        "counted": _counted(irregular),
        "compressed": _compressed(irregular),
    }
    images, annotations = [], []
    for number, name in enumerate(regions, 1):
        save(tmp_path / "cvat" / "images" / "default" / f"{name}.jpg", picture(number))
        images.append(_image(number, f"{name}.jpg"))
        annotations.append(_annotation(number, SHIRT, regions[name], image_id=number))
    _write(tmp_path / "cvat" / "annotations" / "instances_default.json", images, annotations)
    done = _import(capsys, tmp_path / "cvat", tmp_path / "out", "--val-share", "0")
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    found = {
        entry.stem.removeprefix("default__"): dataset.read_mask(entry) for entry in dataset.entries
    }
    assert found.keys() == expected.keys()
    for name, mask in expected.items():
        assert np.array_equal(found[name], mask), name


def test_coco_chooses_categories_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Clothes are garment, skin that no garment covers is body, and a bag is neither."""
    save(tmp_path / "set" / "images" / "a.png", picture(1))
    skin, shirt = box(0, 0, 40, 20, SIZE), box(20, 0, 48, 10, SIZE)
    annotations = [
        _annotation(1, SKIN, _compressed(skin), iscrowd=1),
        _annotation(2, SHIRT, _compressed(shirt), iscrowd=1),
        _annotation(3, BAG, [_outline(0, 30, 48, 40)]),
    ]
    _write(tmp_path / "set" / "result.json", [_image(1, "images/a.png")], annotations)
    done = _import(capsys, tmp_path / "set" / "result.json", tmp_path / "out")
    assert done.code == 0, done.err
    assert "garment: shirt; body: skin; neither: bag" in done.out
    dataset = load_dataset(tmp_path / "out")
    (entry,) = dataset.entries
    assert entry.stem == "a"
    assert np.array_equal(dataset.read_mask(entry), shirt)
    assert np.array_equal(read_body(dataset, entry), np.where(shirt, 0, skin))
    chosen = "--garment-category", "BAG", "--body-category", "Shirt"
    assert _import(capsys, tmp_path / "set", tmp_path / "other", *chosen).code == 0
    other = load_dataset(tmp_path / "other")
    assert np.array_equal(other.read_mask(other.entries[0]), box(0, 30, 48, 40, SIZE))
    assert np.array_equal(read_body(other, other.entries[0]), shirt)


@pytest.mark.parametrize(
    ("names", "options", "sentence"),
    [
        (["shirt", "gizmo"], (), "gizmo: garment or not?"),
        (["shirt", "body suit"], (), "body suit: garment or not?"),
        (["shoe", "hair"], (), "no label is garment"),
        (["shirt"], ("--garment-category", "coat"), "'coat' is none of the data set's: shirt"),
    ],
)
def test_coco_asks_about_unknown_categories(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    names: list[str],
    options: tuple[str, ...],
    sentence: str,
) -> None:
    """A name that decides nothing stops the import with a question, and nothing is written."""
    save(tmp_path / "set" / "a.png", picture(1))
    categories = [{"id": number, "name": name} for number, name in enumerate(names)]
    outlined = [_annotation(n, n, [_outline(1, 1, 9, 9)]) for n in range(len(names))]
    _write(tmp_path / "set" / "c.json", [_image(1, "a.png")], outlined, categories)
    done = _import(capsys, tmp_path / "set", tmp_path / "out", *options)
    assert done.code == 2
    assert sentence in done.err
    assert not (tmp_path / "out").exists()


def test_coco_groups_the_versions_of_a_roboflow_photo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """NAME.rf.HASH.jpg in train/ and valid/ are one group; the root category is ignored."""
    categories = [{"id": 0, "name": "my-project"}, {"id": 1, "name": "dress"}]
    for part, hashes in (("train", ("aa11", "bb22")), ("valid", ("cc33",))):
        names = [f"look_jpg.rf.{each}.jpg" for each in hashes]
        for name in names:
            save(tmp_path / "rf" / part / name, picture(len(name) + int(name[-6:-4])))
        _write(
            tmp_path / "rf" / part / "_annotations.coco.json",
            [_image(number, name) for number, name in enumerate(names)],
            [_annotation(n, 1, [_outline(5, 5, 30, 30)], image_id=n) for n in range(len(names))],
            categories,
        )
    done = _import(capsys, tmp_path / "rf", tmp_path / "out", "--val-share", "0.5")
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    assert len(dataset.entries) == 3
    assert {entry.group for entry in dataset.entries} == {"look_jpg"}
    assert len({entry.split for entry in dataset.entries}) == 1


@pytest.mark.parametrize(
    "name",
    [
        "images\\1/a-7.png",
        "..\\..\\label-studio\\media\\upload\\4\\a-7.png",
        "/data/local-files/?d=photos/a-7.png",
        "sub/a-7.png",
    ],
)
def test_coco_finds_pictures_by_the_end_of_their_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A picture is found by names with backslashes, storage addresses and foreign folders."""
    save(tmp_path / "set" / "images" / "sub" / "a-7.png", picture(1))
    _write(
        tmp_path / "set" / "result.json",
        [_image(1, name)],
        [_annotation(1, SHIRT, [_outline(5, 5, 30, 30)])],
    )
    done = _import(capsys, tmp_path / "set", tmp_path / "out")
    assert done.code == 0, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["sub__a-7"]


BAD = {
    "box": ([], "is a box without an outline"),
    "short": ([[1, 2, 3, 4]], "polygon of 4 numbers"),
    "far": ([[0, 0, 1e9, 0, 5, 5]], "far outside its picture"),
    "other-size": (
        {"size": [9, 9], "counts": [81]},
        "run-length coded for height and width [9, 9]",
    ),
    "too-long": ({"size": list(SIZE), "counts": [9999, 1]}, "has runs of 10000 pixels"),
    "garbage": ({"size": list(SIZE), "counts": "0000oooo"}, "run-length code"),
    "negative": ({"size": list(SIZE), "counts": [-5, 5]}, "malformed runs"),
}


def test_coco_lists_every_region_that_cannot_be_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A region that cannot be drawn excludes its picture; the others are imported."""
    images = [_image(0, "good.png"), _image(50, "gone.png"), _image(51, "bare.png")]
    annotations = [_annotation(0, SHIRT, [_outline(5, 5, 30, 30)], image_id=0)]
    for number, (name, (region, _)) in enumerate(BAD.items(), 1):
        images.append(_image(number, f"{name}.png"))
        annotations.append(_annotation(number, SHIRT, region, image_id=number))
    for number, name in enumerate(("good", "bare", "loose", *BAD)):
        save(tmp_path / "set" / f"{name}.png", picture(number))
    annotations += [_annotation(90, 77, [], image_id=50), _annotation(91, SHIRT, [], image_id=99)]
    _write(tmp_path / "set" / "c.json", images, annotations)
    done = _import(capsys, tmp_path / "set", tmp_path / "out", "--val-share", "0")
    assert done.code == 0, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["good"]
    listed = {Path(row["file"]).name + ": " + row["fault"] for row in read_faults(tmp_path / "out")}
    wanted = {f"{name}.png": sentence for name, (_, sentence) in BAD.items()} | {
        "bare.png": "has an empty mask",
        "loose.png": "is a picture without annotations",
    }
    for file, sentence in wanted.items():
        assert any(line.startswith(file) and sentence in line for line in listed), (file, listed)
    for sentence in ("gone.png, and no such picture", "of category 77", "of picture 99"):
        assert any(line.startswith("c.json") and sentence in line for line in listed), sentence


def test_coco_ignores_an_import_beside_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that the import writes beside the JSON file are not listed as unlabelled pictures."""
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "images" / "a.jpg", picture(1))
    annotations = [_annotation(1, SHIRT, [_outline(8, 8, 32, 24)])]
    _write(tmp_path / "result.json", [_image(1, "images/a.jpg")], annotations)
    done = _import(capsys, Path("result.json"), Path("set"))
    assert done.code == 0
    assert read_faults(tmp_path / "set") == []


@pytest.mark.parametrize("size", [(-48, 40), (0, 40), (10**9, 10**9)])
def test_coco_lists_pictures_of_an_impossible_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], size: tuple[int, int]
) -> None:
    """A picture with an impossible declared size is left out without allocating memory."""
    for number, name in enumerate(("a.jpg", "b.jpg")):
        save(tmp_path / "set" / name, picture(number))
    regions = [_annotation(n, SHIRT, [_outline(8, 8, 32, 24)], image_id=n) for n in (1, 2)]
    _write(tmp_path / "set" / "c.json", [_image(1, "a.jpg", size), _image(2, "b.jpg")], regions)
    done = _import(capsys, tmp_path / "set", tmp_path / "out")
    assert done.code == 0, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["b"]
    (row,) = read_faults(tmp_path / "out")
    assert Path(row["file"]).name == "a.jpg"
    assert row["fault"] == f"is declared as {size[1]}x{size[0]}, which no picture is"


@pytest.mark.parametrize(
    ("good", "broken"),
    [
        ("annotations/instances_train.json", "annotations/instances_val.json"),
        ("a/part.json", "b/part.json"),
        ("a/part.json", "result.json"),
    ],
)
def test_coco_reports_an_annotation_file_that_is_cut_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], good: str, broken: str
) -> None:
    """Of two files one is no JSON any more: the other is imported, and the exit code is 1."""
    for name in ("a.png", "b.png"):
        save(tmp_path / "set" / "images" / name, picture(ord(name[0])))
    outline = [_annotation(1, SHIRT, [_outline(4, 4, 20, 20)])]
    _write(tmp_path / "set" / good, [_image(1, "a.png")], outline)
    cut = _write(tmp_path / "set" / broken, [_image(1, "b.png")], outline)
    cut.write_bytes(cut.read_bytes()[:-9])
    done = _import(capsys, tmp_path / "set", tmp_path / "out")
    assert done.code == 1, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["a"]
    found = {row["file"]: row["fault"] for row in read_faults(tmp_path / "out")}
    assert found[str(cut)] == "is cut short or damaged, and its annotations are missing"
