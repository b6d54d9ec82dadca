"""Diversity of the calibration pictures, and warnings about it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from convert.arrays import Float32Array, UInt8Array
from convert.inputs.picture_folder import open_folder
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import read_run
from convert.quantisation.calibration_diversity import CalibrationDiversity, measure_diversity


class DarknessModel:
    """A model that calls dark pixels garment."""

    def infer(self, boxed: UInt8Array) -> Float32Array:
        """Return one logit for 4 × 4 pixels."""
        return np.asarray(100 - boxed[::4, ::4].mean(axis=2), np.float32)


def test_diversity_warns_of_equal_pictures(run: Path, photos: Path, tmp_path: Path) -> None:
    """Copies of one picture give warnings about exposure and framing."""
    for number in range(40):
        shutil.copy(photos / "images" / "000.png", tmp_path / f"{number}.png")
    made = read_run(run)
    diversity = measure_diversity(
        RepresentativeDataset(open_folder(tmp_path), made), DarknessModel()
    )
    assert diversity.pictures == 40
    assert diversity.exposure[0] == diversity.exposure[2]
    assert diversity.garment_area[1] > 0.1
    lit, framed = diversity.list_warnings(made)
    assert "all lit alike" in lit
    assert "all framed alike" in framed


def test_diversity_gives_no_warning_for_varied_pictures(run: Path, tmp_path: Path) -> None:
    """Pictures of varied exposure and framing give no warning."""
    rng = np.random.default_rng(4)
    for number in range(32):
        wall, side = int(rng.integers(110, 255)), int(rng.integers(10, 60))
        pixels = np.full((64, 64, 3), wall, np.uint8)
        pixels[:side, :side] = 20
        cv2.imwrite(str(tmp_path / f"{number}.png"), pixels)
    made = read_run(run)
    diversity = measure_diversity(
        RepresentativeDataset(open_folder(tmp_path), made), DarknessModel()
    )
    assert diversity.list_warnings(made) == []
    assert "32 calibration pictures" in diversity.summarise()


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"pictures": 8}, "only 8 calibration pictures"),
        ({"without_garment": 40}, "finds no garment in 40 of 64"),
    ],
)
def test_diversity_warns_with_numbers(run: Path, changes: dict[str, int], warning: str) -> None:
    """Too few pictures and pictures without garment give warnings with their numbers."""
    made = read_run(run)
    good = CalibrationDiversity(64, (0.3, 0.5, 0.7), (0.1, 0.3, 0.5), 0)
    assert good.list_warnings(made) == []
    (found,) = replace(good, **changes).list_warnings(made)  # type: ignore[arg-type] # all ints
    assert warning in found


def test_a_model_that_has_learnt_little_is_no_reason_for_other_pictures(run: Path) -> None:
    """After one epoch the warning is about the training, whatever the model finds in the photos."""
    nothing = CalibrationDiversity(64, (0.3, 0.5, 0.7), (0.0, 0.0, 0.0), 64)
    (found,) = nothing.list_warnings(replace(read_run(run), garment_iou=0.13, epochs=1))
    assert "the model has learnt little in its 1 epochs, garment IoU 0.13" in found
    assert "train it longer" in found
    for iou, epochs in ((0.95, 1), (0.7, 30), (None, 1)):
        (found,) = nothing.list_warnings(replace(read_run(run), garment_iou=iou, epochs=epochs))
        assert "finds no garment in 64 of 64" in found
