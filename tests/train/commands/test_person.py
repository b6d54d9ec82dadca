"""``train person``: a head that sees people, fitted to the shipped bundle's own network."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
import pytest

from train.__main__ import main

ROOT = Path(__file__).parents[3]
BUNDLE, SETS = ROOT / "device" / "models" / "garment", ROOT / "calibration_images"
PORTRAIT = Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg"


def _draw_people(folder: Path) -> Path:
    """A portrait and its mirror image, as a data set with skin and hair."""
    for part in ("images", "masks", "body"):
        (folder / part).mkdir(parents=True)
    picture = cv2.imread(str(PORTRAIT))
    assert picture is not None
    height, width = picture.shape[:2]
    skin = np.zeros((height, width), np.uint8)
    cv2.ellipse(skin, (width // 2, 210), (110, 150), 0, 0, 360, (255,), -1)
    rows = []
    for number, (split, turn) in enumerate((("train", False), ("val", True))):
        files = []
        for part, pixels in (("images", picture), ("masks", 255 - skin), ("body", skin)):
            files.append(f"{part}/{number}.png")
            shown = cv2.flip(pixels, 1) if turn else pixels
            cv2.imwrite(str(folder / files[-1]), shown)
        rows.append([str(number), *files, split, str(number), "portrait"])
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [["stem", "image", "mask", "body", "split", "group", "kind"], *rows]
        )
    about = {"format": "selvedge-dataset", "format_version": 1, "name": "portraits"}
    about |= {"source": "a portrait", "licence": "public domain"}
    (folder / "dataset.json").write_text(json.dumps(about), "utf-8")
    return folder


def test_a_head_is_fitted_and_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It finds the face in a picture left out of the fit, and the same seed gives the same head."""
    people = _draw_people(tmp_path / "people")
    heads = []
    for name in ("first", "second"):
        head = tmp_path / f"{name}.json"
        words = ["--people", str(people), "--sets", str(SETS), "--limit", "2", "-o", str(head)]
        assert main(["person", str(BUNDLE), *words]) == 0
        heads.append(json.loads(head.read_text("utf-8")))
    assert heads[0] == heads[1]
    assert len(heads[0]["weights"]) == 320
    assert heads[0]["quality"]["found"] >= 1
    assert "with people and on" in capsys.readouterr().out


def test_people_need_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A data set that does not say where skin is teaches nothing, and is refused."""
    people = _draw_people(tmp_path / "people")
    index = people / "index.csv"
    index.write_text(index.read_text("utf-8").replace("body/0.png", "").replace("body/1.png", ""))
    head = tmp_path / "head.json"
    words = ["--people", str(people), "--sets", str(SETS), "-o", str(head)]
    assert main(["person", str(BUNDLE), *words]) == 2
    assert "no body masks" in capsys.readouterr().err
    assert not head.exists()
