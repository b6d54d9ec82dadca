"""``train import labelme``: one JSON file a picture."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.import_command import box, picture, read_body, read_faults, run, save
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


def test_labelme_draws_every_filled_shape(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A polygon, a rectangle from any corner and a painted mask are exact to the pixel."""
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
    assert np.array_equal(dataset.read_mask(entry), expected)
    assert np.array_equal(read_body(dataset, entry), np.where(expected, 0, box(0, 0, 12, 40, SIZE)))


def test_labelme_draws_circles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A circle covers the disc about its centre, but for pixels that its edge crosses."""
    save(tmp_path / "set" / "a.png", picture(1))
    shapes = [_shape("beret", "circle", [[20, 24], [20, 36]])]
    _write(tmp_path / "set" / "a.json", shapes, image_path="a.png")
    assert run(capsys, "import", "labelme", tmp_path / "set", tmp_path / "out").code == 0
    dataset = load_dataset(tmp_path / "out")
    mask = dataset.read_mask(dataset.entries[0]) > 0
    y, x = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    distance = np.hypot(x - 20, y - 24)
    assert mask[distance < 11.2].all()
    assert not mask[distance > 12.8].any()
    assert abs(int(mask.sum()) - np.pi * 144) < 15


def test_labelme_prefers_the_embedded_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The embedded picture is imported, whether or not there is a file of its name."""
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
    by_stem = {entry.stem: dataset.read_image(entry) for entry in dataset.entries}
    assert np.array_equal(by_stem["replaced"], drawn_on)
    assert np.array_equal(by_stem["alone"], picture(5))
    assert read_faults(tmp_path / "out") == []


def test_labelme_lists_what_it_cannot_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Damaged files, lines, missing pictures and unlabelled pictures are each listed."""
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
    assert done.code == 1, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["json__good"]
    faults = {Path(row["file"]).name: row["fault"] for row in read_faults(tmp_path / "out")}
    assert faults["cut.json"].startswith("is no LabelMe file, or damaged")
    assert "no such picture" in faults["gone.json"]
    assert faults["line.json"] == "shape 0 (coat) is a linestrip, which has no inside"
    assert faults["unlabelled.jpg"] == "is a picture without a LabelMe file"


def test_labelme_finds_pictures_in_a_sibling_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture named with ".." from a relative folder is not listed as unlabelled."""
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "set" / "images" / "a.jpg", picture(1))
    shape = _shape("shirt", "rectangle", [[8, 8], [24, 32]])
    _write(tmp_path / "set" / "labels" / "a.json", [shape], image_path="../images/a.jpg")
    done = run(capsys, "import", "labelme", "set", "out")
    assert done.code == 0
    assert read_faults(tmp_path / "out") == []


@pytest.mark.parametrize("height", [-48, 10**12])
def test_labelme_lists_files_with_an_impossible_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], height: int
) -> None:
    """A file with an impossible declared size is left out without allocating memory."""
    shapes = [_shape("shirt", "polygon", [[5, 10], [25, 10], [25, 20], [5, 20]])]
    for number, stem in enumerate(("a", "b")):
        save(tmp_path / "set" / f"{stem}.jpg", picture(number))
        _write(tmp_path / "set" / f"{stem}.json", shapes, image_path=f"{stem}.jpg")
    path = tmp_path / "set" / "a.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"imageHeight": height}))
    done = run(capsys, "import", "labelme", tmp_path / "set", tmp_path / "out")
    assert done.code == 0, done.err
    assert [entry.stem for entry in load_dataset(tmp_path / "out").entries] == ["b"]
    (row,) = read_faults(tmp_path / "out")
    assert f"is declared as 40x{height}" in row["fault"]
