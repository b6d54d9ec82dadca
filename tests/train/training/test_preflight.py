"""Faults in the data are found before a run's first step."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from train.datasets.dataset import load_dataset
from train.errors import UsageError
from train.training.preflight import check_data


@pytest.fixture
def copied(drawn_dataset: Path, tmp_path: Path) -> Path:
    """A data set that a test may spoil."""
    return Path(shutil.copytree(drawn_dataset, tmp_path / "copy"))


def test_a_sound_data_set_passes_in_silence(
    drawn_dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is said of data without faults."""
    check_data([load_dataset(drawn_dataset)])
    assert "fault" not in capsys.readouterr().err


def test_every_fault_is_listed_with_its_mend(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is missing, cut short, no picture or of another size is named, file by file."""
    stem = "drawn-00"
    (copied / f"images/{stem}0.png").unlink()
    cut = copied / f"images/{stem}1.png"
    cut.write_bytes(cut.read_bytes()[:-20])
    (copied / f"masks/{stem}2.png").write_text("hello")
    cv2.imwrite(str(copied / f"body/{stem}3.png"), np.zeros((8, 9), np.uint8))
    with pytest.raises(UsageError, match="4 faults"):
        check_data([load_dataset(copied)])
    said = capsys.readouterr().err
    assert f"{stem}0.png is in the index but not on disk: bring it back" in said
    assert f"{stem}1.png is cut short" in said
    assert f"{stem}2.png is no readable picture" in said
    assert f"{stem}3.png is 9x8, its picture is 72x96" in said


def test_a_picture_on_both_sides_is_told(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same file in training and in validation is told, and does not end the run."""
    dataset = load_dataset(copied)
    train, val = dataset.select("train")[0], dataset.select("val")[0]
    for name in ("image", "mask", "body"):
        shutil.copy(copied / getattr(train, name), copied / getattr(val, name))
    check_data([dataset])
    said = capsys.readouterr().err
    assert said.count("note: ") == 1
    assert "one of them is validated on" in said
