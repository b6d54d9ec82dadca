"""Archives as annotation tools give them out."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.import_command import Done, box, picture, read_faults, run, save
from train.datasets.dataset import load_dataset

SIZE = (48, 40)
MASK = box(10, 5, 30, 25, SIZE)
OUTLINE = [5, 10, 25, 10, 25, 30, 5, 30]


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


def _zip(folder: Path, target: Path, **more: bytes) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent).as_posix())
        for name, content in more.items():
            archive.writestr(name.replace("__", "/"), content)
    return target


def _import(capsys: pytest.CaptureFixture[str], *arguments: object) -> Done:
    return run(capsys, "import", *arguments, "--val-share", "0")


def _stems(out: Path) -> set[str]:
    dataset = load_dataset(out)
    for entry in dataset.entries:
        assert np.array_equal(dataset.read_mask(entry), MASK), entry.stem
    return {entry.stem for entry in dataset.entries}


def test_an_archive_is_imported_as_it_was_downloaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A ZIP with a folder around all, Mac's leftovers and a BOM is read, and nothing is left."""
    for number, name in enumerate(("a", "b")):
        save(tmp_path / "task" / "images" / f"{name}.jpg", picture(number))
    file = _coco(tmp_path / "task" / "annotations" / "instances_default.json", ["a.jpg", "b.jpg"])
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    leftovers = {"__MACOSX__task__._a.jpg": b"Mac", "task__.DS_Store": b"Mac"}
    archive = _zip(tmp_path / "task", tmp_path / "task_1.zip", **leftovers)
    done = _import(capsys, "coco", archive, tmp_path / "out")
    assert done.code == 0, done.err
    assert _stems(tmp_path / "out") == {"a", "b"}
    assert read_faults(tmp_path / "out") == []
    assert not list(tmp_path.glob(".*"))


def test_a_segmentation_mask_archive_of_cvat_needs_only_the_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CVAT leaves the pictures out by default; its background may have a colour of its own."""
    colours = np.zeros((*SIZE, 3), np.uint8)
    colours[MASK > 0] = (10, 20, 30)
    save(tmp_path / "task" / "SegmentationClass" / "a.png", colours)
    lists = tmp_path / "task" / "ImageSets" / "Segmentation"
    lists.mkdir(parents=True)
    (lists / "default.txt").write_bytes(b"\xef\xbb\xbfa.jpg\r\n\r\n")
    (tmp_path / "task" / "labelmap.txt").write_text("background:0,128,0::\r\nshirt:10,20,30::\r\n")
    archive = _zip(tmp_path / "task", tmp_path / "task.zip")
    done = _import(capsys, "voc", archive, tmp_path / "out")
    assert done.code == 2
    assert f"{archive}" in done.err
    assert "--images" in done.err
    save(tmp_path / "photos" / "a.jpg", picture(1))
    done = _import(capsys, "voc", archive, tmp_path / "out", "--images", tmp_path / "photos")
    assert done.code == 0, done.err
    assert _stems(tmp_path / "out") == {"a"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\3\4 cut short", "is no whole ZIP archive"),
        (b"anything", "is no whole ZIP archive"),
    ],
)
def test_a_damaged_archive_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, sentence: str
) -> None:
    """An archive that broke off gives exit code 2 and leaves nothing."""
    (tmp_path / "a.zip").write_bytes(content)
    done = _import(capsys, "coco", tmp_path / "a.zip", tmp_path / "out")
    assert done.code == 2
    assert sentence in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_damaged_picture_in_an_archive_costs_that_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A member with a wrong checksum is named by archive and path; the others are imported."""
    for number, name in enumerate(("a", "b")):
        save(tmp_path / "set" / f"{name}.jpg", picture(number))
    _coco(tmp_path / "set" / "result.json", ["a.jpg", "b.jpg"])
    archive = _zip(tmp_path / "set", tmp_path / "set.zip")
    content = bytearray(archive.read_bytes())
    content[content.index(b"b.jpg") + 60] ^= 255
    archive.write_bytes(content)
    done = _import(capsys, "coco", archive, tmp_path / "out")
    assert done.code == 1
    assert _stems(tmp_path / "out") == {"a"}
    assert any(
        row["file"] == f"{archive}/set/b.jpg" and "in the archive" in row["fault"]
        for row in read_faults(tmp_path / "out")
    )


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (zipfile.ZIP_STORED, "b" * 300 + ".jpg"),
        (zipfile.ZIP_STORED, "result.json/b.jpg"),
        (zipfile.ZIP_BZIP2, "b.jpg"),
        (zipfile.ZIP_LZMA, "b.jpg"),
    ],
)
def test_a_member_that_cannot_be_unpacked_costs_that_member(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], method: int, name: str
) -> None:
    """A name too long, a folder that is a file, damaged bzip2 and LZMA: the rest is imported."""
    save(tmp_path / "set" / "a.jpg", picture(0))
    _coco(tmp_path / "set" / "result.json", ["a.jpg"])
    archive = _zip(tmp_path / "set", tmp_path / "set.zip")
    with zipfile.ZipFile(archive, "a", method) as opened:
        opened.writestr(f"set/{name}", b"x" * 5000)
        member = opened.getinfo(f"set/{name}")
    if method != zipfile.ZIP_STORED:
        content = bytearray(archive.read_bytes())
        begin = member.header_offset + 30 + len(member.filename) + 12  # past a header of theirs
        content[begin : begin + 20] = b"\xff" * 20
        archive.write_bytes(content)
    done = _import(capsys, "coco", archive, tmp_path / "out")
    assert done.code == 1, done.err
    assert "unpacked/" not in done.err
    assert _stems(tmp_path / "out") == {"a"}
    assert [row["file"] for row in read_faults(tmp_path / "out")] == [f"{archive}/set/{name}"]


def test_an_archive_whose_names_are_no_text_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list of contents that says UTF-8 and is not names the archive, exit code 2."""
    save(tmp_path / "set" / "ä.jpg", picture(0))
    archive = _zip(tmp_path / "set", tmp_path / "set.zip")
    archive.write_bytes(archive.read_bytes().replace("ä.jpg".encode(), b"\xff\xff.jpg"))
    done = _import(capsys, "coco", archive, tmp_path / "out")
    assert done.code == 2
    assert f"{archive} is no whole ZIP archive" in done.err
