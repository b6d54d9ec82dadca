"""``train import labelme``: a JSON file for each picture."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.import_command import body_of, box, faults_of, picture, run, save
from train.datasets.dataset import load_dataset

SIZE = (48, 40)


def _shape(label: str, kind: str, points: list[list[float]], **more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "label": label,
        "points": points,
        "group_id": None,
        "shape_type": kind,
        "flags": {},
    }
    return base | more


def _write(
    path: Path, shapes: list[Any], *, image_path: str, embedded: bytes | None = None
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {
        "version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": image_path,
        "imageData": base64.b64encode(embedded).decode() if embedded else None,
        "imageHeight": SIZE[0], "imageWidth": SIZE[1],
    }  # fmt: skip
    path.write_text(json.dumps(content))


def _png(pixels: Any) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def test_every_filled_shape_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A polygon, a rectangle from any corner and a painted mask are right to the pixel."""
    painted = np.zeros((6, 8), bool)
    painted[1:5, 2:7] = True
    shapes = [
        _shape("shirt", "polygon", [[5, 10], [25, 10], [25, 20], [5, 20]]),
        _shape("Skirt", "rectangle", [[30, 40], [10, 22]]),
        _shape("hat", "mask", [[20, 2], [27, 7]], mask=base64.b64encode(_png(painted)).decode()),
        _shape("hair", "rectangle", [[0, 0], [40, 12]]),
        _shape("bag", "point", [[1, 1]]),
    ]
    save(tmp_path / "set" / "look.jpg", picture(1))
    _write(tmp_path / "set" / "look.json", shapes, image_path="look.jpg")
    done = run(capsys, "import", "labelme", tmp_path / "set", tmp_path / "out")
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    (entry,) = dataset.entries
    expected = box(10, 5, 20, 25, SIZE) | box(22, 10, 40, 30, SIZE) | box(3, 22, 7, 27, SIZE)
    assert np.array_equal(dataset.mask(entry), expected)
    assert np.array_equal(body_of(dataset, entry), np.where(expected, 0, box(0, 0, 12, 40, SIZE)))


def test_a_circle_covers_the_pixels_whose_centres_lie_inside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Centre and edge point make a disc; only pixels that its edge crosses may differ."""
    save(tmp_path / "set" / "a.png", picture(1))
    shapes = [_shape("beret", "circle", [[20, 24], [20, 36]])]
    _write(tmp_path / "set" / "a.json", shapes, image_path="a.png")
    assert run(capsys, "import", "labelme", tmp_path / "set", tmp_path / "out").code == 0
    dataset = load_dataset(tmp_path / "out")
    mask = dataset.mask(dataset.entries[0]) > 0
    y, x = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    distance = np.hypot(x - 20, y - 24)
    assert mask[distance < 11.2].all()
    assert not mask[distance > 12.8].any()
    assert abs(int(mask.sum()) - np.pi * 144) < 15


def test_the_embedded_picture_is_used_before_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was drawn on is what is imported, and no file is needed for it."""
    shapes = [_shape("coat", "rectangle", [[5, 5], [30, 40]])]
    drawn_on = picture(3)
    save(tmp_path / "set" / "replaced.png", picture(4))
    _write(
        tmp_path / "set" / "replaced.json",
        shapes,
        image_path="replaced.png",
        embedded=_png(drawn_on),
    )
    _write(
        tmp_path / "set" / "alone.json",
        shapes,
        image_path="C:\\x\\gone.png",
        embedded=_png(picture(5)),
    )
    done = run(capsys, "import", "labelme", tmp_path / "set", tmp_path / "out", "--val-share", "0")
    assert done.code == 0, done.err
    dataset = load_dataset(tmp_path / "out")
    by_stem = {entry.stem: dataset.image(entry) for entry in dataset.entries}
    assert np.array_equal(by_stem["replaced"], drawn_on)
    assert np.array_equal(by_stem["alone"], picture(5))
    assert faults_of(tmp_path / "out") == []


def test_what_cannot_be_used_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Damaged files, lines, missing and unlabelled pictures are each listed."""
    folder = tmp_path / "set"
    good = [_shape("coat", "rectangle", [[5, 5], [30, 40]])]
    for number, name in enumerate(("good", "line", "unlabelled")):
        save(folder / "jpg" / f"{name}.jpg", picture(number))
    _write(folder / "json" / "good.json", good, image_path="..\\jpg\\good.jpg")
    _write(folder / "json" / "gone.json", good, image_path="gone.jpg")
    line = [_shape("coat", "linestrip", [[1, 1], [2, 2], [3, 3]])]
    _write(folder / "json" / "line.json", line, image_path="../jpg/line.jpg")
    (folder / "json" / "cut.json").write_text('{"shapes": [')
    done = run(capsys, "import", "labelme", folder, tmp_path / "out", "--val-share", "0")
    assert done.code == 0, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["json__good"]
    faults = {Path(row["file"]).name: row["fault"] for row in faults_of(tmp_path / "out")}
    assert faults["cut.json"].startswith("is no LabelMe file, or damaged")
    assert "no such picture" in faults["gone.json"]
    assert faults["line.json"] == "shape 0 (coat) is a linestrip, which has no inside"
    assert faults["unlabelled.jpg"] == "is a picture without a LabelMe file"


def test_pictures_in_a_folder_beside_the_labels_are_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that its file names by way of "..", from a relative folder, is no stray."""
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "set" / "images" / "a.jpg", picture(1))
    shape = _shape("shirt", "rectangle", [[8, 8], [24, 32]])
    _write(tmp_path / "set" / "labels" / "a.json", [shape], image_path="../images/a.jpg")
    done = run(capsys, "import", "labelme", "set", "out")
    assert done.code == 0
    assert faults_of(tmp_path / "out") == []


@pytest.mark.parametrize("height", [-48, 10**12])
def test_a_file_that_declares_an_impossible_size_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], height: int
) -> None:
    """A declared size that no picture has leaves that file out, and costs no memory."""
    shapes = [_shape("shirt", "polygon", [[5, 10], [25, 10], [25, 20], [5, 20]])]
    for number, stem in enumerate(("a", "b")):
        save(tmp_path / "set" / f"{stem}.jpg", picture(number))
        _write(tmp_path / "set" / f"{stem}.json", shapes, image_path=f"{stem}.jpg")
    path = tmp_path / "set" / "a.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"imageHeight": height}))
    done = run(capsys, "import", "labelme", tmp_path / "set", tmp_path / "out")
    assert done.code == 0, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["b"]
    (row,) = faults_of(tmp_path / "out")
    assert f"is declared as 40x{height}" in row["fault"]
