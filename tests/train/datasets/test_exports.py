"""Exports as annotation tools write them: names, sizes, suffixes and forms."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from PIL import Image

from tests.support.import_command import Done, box, picture, read_faults, run, save
from train.datasets.dataset import load_dataset

SIZE = (48, 40)
MASK = box(10, 5, 30, 25, SIZE)
OUTLINE = [5, 10, 25, 10, 25, 30, 5, 30]
_Form = Literal["NFC", "NFD"]
NAMES = ("Hemd_grün", "Blouse_été")


def _coco(path: Path, names: list[str], **more: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    images = [
        {"id": n, "file_name": name, "height": 48, "width": 40} for n, name in enumerate(names)
    ]
    marks = [
        {"id": n, "image_id": n, "category_id": 1, "segmentation": [OUTLINE]}
        for n in range(len(names))
    ]
    content = {"images": images, "annotations": marks, "categories": [{"id": 1, "name": "shirt"}]}
    path.write_text(json.dumps({**content, **more}), "utf-8")
    return path


def _labelme(path: Path, image: str) -> None:
    points = [[5, 10], [25, 10], [25, 30], [5, 30]]
    shape = {"label": "shirt", "points": points, "shape_type": "polygon"}
    content = {"shapes": [shape], "imagePath": image, "imageHeight": 48, "imageWidth": 40}
    path.write_text(json.dumps({**content, "imageData": None}), "utf-8")


def _import(capsys: pytest.CaptureFixture[str], *arguments: object) -> Done:
    return run(capsys, "import", *arguments, "--val-share", "0")


def _stems(out: Path) -> set[str]:
    dataset = load_dataset(out)
    for entry in dataset.entries:
        assert np.array_equal(dataset.read_mask(entry), MASK), entry.stem
    return {entry.stem for entry in dataset.entries}


@pytest.mark.parametrize(("on_disk", "said"), [("NFD", "NFC"), ("NFC", "NFD")])
@pytest.mark.parametrize("form", ["coco", "pairs", "labelme", "voc"])
def test_accents_match_however_they_are_composed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, on_disk: _Form, said: _Form
) -> None:
    """Pictures from a Mac (NFD) and annotations of a tool (NFC) find each other, in any case."""
    folder = tmp_path / "set"
    photos = folder / ("JPEGImages" if form == "voc" else "photos")
    said_names = [unicodedata.normalize(said, name) for name in NAMES]
    for number, name in enumerate(NAMES):
        save(photos / f"{unicodedata.normalize(on_disk, name)}.JPG", picture(number))
    sources: tuple[object, ...] = (form, folder)
    if form == "coco":
        _coco(folder / "result.json", [f"{name}.jpg" for name in said_names])
    elif form == "labelme":
        for number, name in enumerate(said_names):
            _labelme(photos / f"{number}.json", f"{name}.jpg")
    else:
        masks = folder / "SegmentationClass"
        for name in said_names:
            save(masks / f"{name.upper() if form == 'voc' else name}.png", MASK // 255)
        (folder / "labelmap.txt").write_text("background:0,0,0::\nshirt:128,0,0::\n")
        sources = ("pairs", photos, masks) if form == "pairs" else sources
    done = _import(capsys, *sources, tmp_path / "out")
    assert done.code == 0, done.err
    assert len(_stems(tmp_path / "out")) == 2


@pytest.mark.parametrize(
    "name",
    [
        "/data/upload/3/1a2b3c4d-Look_7_final.jpg",
        "images\\1a2b3c4d-Look_7_final.jpg",
        "https://bucket.example/a/Look%207%20%28final%29.jpg?X-Amz-Signature=ab/c",
        "s3://bucket/a/LOOK 7 (final).JPG",
    ],
)
def test_a_picture_is_found_by_the_name_that_an_upload_gave_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Prefixes, percent codes, other cases and changed spaces lead to the picture on the disk."""
    save(tmp_path / "set" / "photos" / "Look 7 (final).jpg", picture(1))
    _coco(tmp_path / "set" / "result.json", [name])
    done = _import(capsys, "coco", tmp_path / "set", tmp_path / "out")
    assert done.code == 0, done.err
    assert _stems(tmp_path / "out") == {"photos__Look 7 (final)"}


@pytest.mark.parametrize("orientation", [3, 6, 8])
@pytest.mark.parametrize("region", ["outline", "runs"])
def test_label_studio_draws_on_the_upright_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], orientation: int, region: str
) -> None:
    """Its COCO export of a photo that EXIF turns gives the mask where a person drew it."""
    turned = orientation in (6, 8)
    stored = (40, 48) if turned else SIZE
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(tmp_path / "set" / "images" / "1a2b3c4d-a.jpg", picture(1, *stored), exif=exif)
    across, down = stored[1] / SIZE[1], stored[0] / SIZE[0]
    drawn: Any = [[value * (down if n % 2 else across) for n, value in enumerate(OUTLINE)]]
    if region == "runs":
        flat = (MASK > 0).ravel(order="F")
        edges = np.flatnonzero(np.diff(flat)) + 1
        runs = np.diff([0, *edges, flat.size]).tolist()
        drawn = {"size": list(SIZE), "counts": runs}
    image = {"id": 1, "file_name": "images/1a2b3c4d-a.jpg", "height": stored[0], "width": stored[1]}
    mark = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": drawn}
    _coco(
        tmp_path / "set" / "result.json", [], images=[image], annotations=[mark],
        info={"contributor": "Label Studio"},
    )  # fmt: skip
    done = _import(capsys, "coco", tmp_path / "set", tmp_path / "out")
    assert done.code == 0, done.err
    assert _stems(tmp_path / "out") == {"1a2b3c4d-a"}


def test_one_malformed_annotation_costs_its_picture_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pictures without size are measured; annotations without sense leave their picture out."""
    names = [f"{n}.jpg" for n in range(5)]
    for number, name in enumerate(names):
        save(tmp_path / "set" / name, picture(number))
    file = _coco(tmp_path / "set" / "result.json", names)
    content = json.loads(file.read_text())
    content["images"][1].update(height=None, width=None)
    content["annotations"][2]["segmentation"] = [{"x": 1}]
    content["annotations"][3]["segmentation"] = [["a", "b", "c", "d", "e", "f"]]
    content["annotations"][4] = {"image_id": 4, "category_id": []}
    content["images"] += [None, {"id": 9}]
    file.write_text(json.dumps(content))
    done = _import(capsys, "coco", tmp_path / "set", tmp_path / "out")
    assert done.code == 1
    assert _stems(tmp_path / "out") == {"0", "1"}


@pytest.mark.parametrize(
    ("masks", "option"),
    [("_mask", "--mask-suffix _mask"), ("-alpha", "--mask-suffix=-alpha"), (".jpg", None)],
)
@pytest.mark.parametrize("together", [True, False])
def test_a_suffix_of_all_masks_is_proposed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], masks: str, option: str, *, together: bool
) -> None:
    """Masks named shirt_mask.png get the option that pairs them, which then works."""
    folder = tmp_path / "photos"
    drawn = folder if together else tmp_path / "masks"
    for number in range(4):
        save(folder / f"look{number}.jpg", picture(number))
        save(drawn / f"look{number}{masks}.png", MASK)
    done = _import(capsys, "pairs", folder, drawn, tmp_path / "out")
    if option and done.code == 2:
        assert f"add {option}" in done.err
        done = _import(capsys, "pairs", folder, drawn, tmp_path / "out", *option.split())
    elif together:
        assert "add --mask-suffix .jpg" in done.err
        return
    assert done.code == 0, done.err
    assert _stems(tmp_path / "out") == {f"look{number}" for number in range(4)}


def test_masks_of_the_background_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where most masks are garment along the rim the import says so, and its fix turns them."""
    for number in range(3):
        save(tmp_path / "photos" / f"{number}.jpg", picture(number))
        save(tmp_path / "masks" / f"{number}.png", 255 - MASK)
    arguments = "pairs", tmp_path / "photos", tmp_path / "masks"
    done = _import(capsys, *arguments, tmp_path / "out")
    assert done.code == 0
    assert "3 of 3: they look inverted" in read_faults(tmp_path / "out")[0]["fault"]
    done = _import(capsys, *arguments, tmp_path / "again", "--garment-label", "0")
    assert done.code == 0, done.err
    assert _stems(tmp_path / "again") == {"0", "1", "2"}
    assert read_faults(tmp_path / "again") == []


@pytest.mark.parametrize(
    ("files", "form", "sentence"),
    [
        (["annotations.xml"], "coco", "export it as 'COCO 1.0'"),
        (["meta.json", "ds0/ann/a.jpg.json"], "coco", "Supervisely's own form"),
        (["data.yaml", "train/labels/a.txt"], "coco", "is YOLO"),
        (["train/_classes.csv"], "voc", "--mask-suffix _mask"),
        (["Annotations/a.xml"], "voc", "export it as COCO"),
        (["task.zip"], "labelme", "holds an archive"),
    ],
)
def test_a_format_that_is_not_read_is_recognised(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    files: list[str],
    form: str,
    sentence: str,
) -> None:
    """The sentence names what the folder holds and how to export it."""
    for name in files:
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    done = _import(capsys, form, tmp_path / "set", tmp_path / "out")
    assert done.code == 2
    assert sentence in done.err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ([{"data": {"image": "a"}, "annotations": []}], "export it as COCO"),
        ({"shapes": [], "imagePath": "a"}, "use `import labelme`"),
    ],
)
def test_json_of_another_form_is_recognised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: object, sentence: str
) -> None:
    """Label Studio's own JSON and LabelMe's files lead to the right export or command."""
    (tmp_path / "set").mkdir()
    file = tmp_path / "set" / "export.json"
    file.write_text(json.dumps(content))
    for source in (file, tmp_path / "set"):
        done = _import(capsys, "coco", source, tmp_path / "out")
        assert done.code == 2
        assert sentence in done.err


def test_a_folder_of_the_wrong_kind_leads_to_the_right_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """COCO given to `import labelme`, and no masks given to `import pairs`, are recognised."""
    save(tmp_path / "set" / "images" / "a.jpg", picture(1))
    _coco(tmp_path / "set" / "annotations" / "instances_default.json", ["a.jpg"])
    done = _import(capsys, "labelme", tmp_path / "set", tmp_path / "out")
    assert done.code == 2
    assert "use `import coco`" in done.err
    folders = tmp_path / "set" / "images", tmp_path / "set" / "annotations"
    done = _import(capsys, "pairs", *folders, tmp_path / "out")
    assert done.code == 2
    assert f"{folders[1]} holds no mask" in done.err


def test_files_that_a_spreadsheet_saved_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Byte order marks and semicolons in index.csv, dataset.json and --table change nothing."""
    save(tmp_path / "photos" / "a.jpg", picture(1))
    save(tmp_path / "masks" / "a.png", MASK)
    table = tmp_path / "t.csv"
    table.write_bytes(b"\xef\xbb\xbfimage;group;kind\r\nA.jpg;mine;coat\r\n")
    done = _import(
        capsys, "pairs", tmp_path / "photos", tmp_path / "masks", tmp_path / "out", "--table", table
    )
    assert done.code == 0, done.err
    for name in ("index.csv", "dataset.json"):
        path = tmp_path / "out" / name
        text = path.read_text().replace(",", ";") if name == "index.csv" else path.read_text()
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    (entry,) = load_dataset(tmp_path / "out").entries
    assert (entry.group, entry.kind) == ("mine", "coat")
    assert run(capsys, "check", tmp_path / "out").code == 0
