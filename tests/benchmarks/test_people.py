"""``python -m benchmarks.people``: composed sessions on the rig's own preview path."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.people.__main__ import main

ROOT = Path(__file__).parents[2]
PORTRAIT = Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg"
Picture = npt.NDArray[np.uint8]


def _write(folder: Path, image: Picture, mask: Picture, body: Picture, kind: str) -> Path:
    """A data set of one picture."""
    files = {"image": image, "mask": mask, "body": body}
    for name, pixels in files.items():
        (folder / name).mkdir(parents=True)
        cv2.imwrite(str(folder / name / "one.png"), pixels)
    columns = ["stem", "image", "mask", "body", "split", "group", "kind"]
    places = [f"{name}/one.png" for name in files]
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, ["one", *places, "val", "one", kind]])
    about = {"format": "selvedge-dataset", "format_version": 1, "name": folder.name}
    (folder / "dataset.json").write_text(json.dumps(about), "utf-8")
    return folder


def _read(path: Path, flags: int = cv2.IMREAD_COLOR) -> Picture:
    read = cv2.imread(str(path), flags)
    assert read is not None
    return np.asarray(read, np.uint8)


def test_somebody_before_the_form_is_not_shot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person who stands before the form is shot by the careless trigger alone."""
    portrait = _read(PORTRAIT)
    face = np.zeros(portrait.shape[:2], np.uint8)
    cv2.ellipse(face, (portrait.shape[1] // 2, 210), (110, 150), 0, 0, 360, (255,), -1)
    clothes = np.asarray(255 - face, np.uint8)
    street = _write(tmp_path / "street", portrait, clothes, face, "portrait")
    stem = "studio-1000-00000"
    dressed, mask, body = (
        _read(ROOT / "calibration_images" / f"{folder}/{stem}.{kind}", flags)
        for folder, kind, flags in (
            ("images", "jpg", cv2.IMREAD_COLOR),
            ("masks", "png", cv2.IMREAD_GRAYSCALE),
            ("body", "png", cv2.IMREAD_GRAYSCALE),
        )
    )
    scenes = _write(tmp_path / "scenes", dressed, mask, body, "dress")
    (scenes / "bare").mkdir()
    wall = np.full_like(dressed, int(np.median(dressed)))
    cv2.imwrite(str(scenes / "bare" / "one.jpg"), wall)
    cv2.imwrite(str(scenes / "bare" / "one.png"), np.zeros_like(mask))
    assert main(["--street", str(street), "--scenes", str(scenes)]) == 0
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("| ")
    ]
    assert rows[-1][:2] == ["all", "6"]
    (before,) = [row for row in rows if row[0].startswith("before the form")]
    assert before[2].startswith("0 of"), before
    assert not before[4].startswith("0 of"), before


def test_a_bundle_that_sees_nobody_is_not_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing to count with a bundle that has no output for people."""
    words = ["--street", str(tmp_path), "--scenes", str(tmp_path), "--model", "garment-small"]
    assert main(words) == 2
    assert "no output for people" in capsys.readouterr().err
