"""`python -m benchmarks.plate`: the figures are of real sessions."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.plate.__main__ import main
from benchmarks.plate.lights import LIGHTS
from benchmarks.plate.sessions import HARMS

STEM = "studio-1000-00007"


@pytest.fixture
def pairs(repository: Path, tmp_path: Path) -> Path:
    """A data set of one dressed form whose set, with a blurred form, was seen before."""
    source = repository / "calibration_images"
    for folder in ("images", "masks", "body"):
        (tmp_path / folder).symlink_to(source / folder)
    for name in ("index.csv", "dataset.json"):
        lines = (source / name).read_text("utf-8").splitlines()
        kept = lines if name == "dataset.json" else [lines[0], *(x for x in lines if STEM in x)]
        (tmp_path / name).write_text("\n".join(kept), "utf-8")
    picture = cv2.imread(str(source / "images" / f"{STEM}.jpg"))
    worn = cv2.imread(str(source / "masks" / f"{STEM}.png"), cv2.IMREAD_GRAYSCALE)
    body = cv2.imread(str(source / "body" / f"{STEM}.png"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert worn is not None
    assert body is not None
    hole = cv2.dilate(worn, np.ones((9, 9), np.uint8))
    (tmp_path / "bare").mkdir()
    cv2.imwrite(
        str(tmp_path / "bare" / f"{STEM}.jpg"), cv2.inpaint(picture, hole, 5, cv2.INPAINT_TELEA)
    )
    cv2.imwrite(str(tmp_path / "bare" / f"{STEM}.png"), body)
    return tmp_path


def test_each_case_has_its_row(pairs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each light and each plate with garment in it is measured; on a plain set none costs any."""
    assert main(["--data", str(pairs), "--markdown"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# Plate\n")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in printed.splitlines()
        if line.startswith(f"| {pairs.name} |")
    ]
    assert [row[1] for row in rows] == [*LIGHTS, *HARMS]
    for row in rows[: len(LIGHTS)]:
        assert row[2:4] == ["1", "1"]
        assert float(row[6]) <= 0.001
        assert float(row[9]) >= float(row[8]) - 0.001


def test_sets_without_an_undressed_picture_are_refused(
    pairs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence says how to render some."""
    (pairs / "bare" / f"{STEM}.jpg").unlink()
    assert main(["--data", str(pairs)]) == 2
    assert "--undressed" in capsys.readouterr().err
    assert main(["--data", f"{pairs}@1"]) == 2
