"""Representative pictures: prepared as on the rig, varied, and judged."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import cv2
import numpy as np
import pytest

from convert.arrays import Float32Array, UInt8Array
from convert.inputs.picture_folder import open_folder, read_rgb
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import read_run
from convert.quantisation.calibration_spread import Spread, measure_spread
from device.bundle.bundle import load_bundle
from device.imaging.frame import Frame
from device.segmentation.preprocess import prepare


class Darkness:
    """Calls every dark pixel garment."""

    def logits(self, boxed: UInt8Array) -> Float32Array:
        """One logit for each fourth pixel."""
        return np.asarray(100 - boxed[::4, ::4].mean(axis=2), np.float32)


def test_calibration_sees_what_the_rig_will_show(bundle: Path, run: Path, photos: Path) -> None:
    """Each photo reaches the calibrator as the very numbers that the rig's code prepares."""
    calibration = RepresentativeDataset(open_folder(photos), read_run(run))
    spec = replace(load_bundle(bundle).input, dtype="float32")
    samples = calibration.samples()
    for number, picture in enumerate(calibration.source.pictures):
        frame = Frame(
            read_rgb(picture.image), "RGB", datetime.now(timezone.utc), 0.0, number, "test"
        )
        wanted, _ = prepare(frame, spec)
        (given,) = next(samples)
        if number == 0:  # Two corner pixels of the first are pinned to black and white.
            given[0, 0, 0], given[0, -1, -1] = wanted[0, 0, 0], wanted[0, -1, -1]
        np.testing.assert_array_equal(given, wanted)


def test_varied_calibration_adds_close_ups_and_exposures(run: Path, photos: Path) -> None:
    """A varied calibration shows each photo thrice: as it is, closer, and darker or brighter."""
    folder = open_folder(photos)
    plain = [each for (each,) in RepresentativeDataset(folder, read_run(run)).samples()]
    varied = [
        each for (each,) in RepresentativeDataset(folder, read_run(run), varied=True).samples()
    ]
    assert len(varied) == 3 * len(plain) == 36
    np.testing.assert_array_equal(plain, varied[:12])
    assert varied[13].mean() < plain[0].mean() < varied[15].mean()


def test_few_and_equal_pictures_are_warned_of(run: Path, photos: Path, tmp_path: Path) -> None:
    """Copies of one picture are told from a varied set by exposure and garment area."""
    for number in range(40):
        shutil.copy(photos / "images" / "000.png", tmp_path / f"{number}.png")
    spread = measure_spread(RepresentativeDataset(open_folder(tmp_path), read_run(run)), Darkness())
    assert spread.pictures == 40
    assert spread.exposure[0] == spread.exposure[2]
    assert spread.garment_area[1] > 0.1
    lit, framed = spread.warnings()
    assert "all lit alike" in lit
    assert "all framed alike" in framed


def test_varied_pictures_are_not_warned_of(run: Path, tmp_path: Path) -> None:
    """A spread of light and of distances passes without a word."""
    rng = np.random.default_rng(4)
    for number in range(32):
        wall, side = int(rng.integers(110, 255)), int(rng.integers(10, 60))
        pixels = np.full((64, 64, 3), wall, np.uint8)
        pixels[:side, :side] = 20
        cv2.imwrite(str(tmp_path / f"{number}.png"), pixels)
    spread = measure_spread(RepresentativeDataset(open_folder(tmp_path), read_run(run)), Darkness())
    assert spread.warnings() == []
    assert "32 calibration pictures" in spread.sentence()


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"pictures": 8}, "only 8 calibration pictures"),
        ({"without_garment": 40}, "finds no garment in 40 of 64"),
    ],
)
def test_each_weakness_is_named(changes: dict[str, int], warning: str) -> None:
    """Too few pictures, and pictures without garments, are named with their numbers."""
    good = Spread(64, (0.3, 0.5, 0.7), (0.1, 0.3, 0.5), 0)
    assert good.warnings() == []
    (told,) = replace(good, **changes).warnings()  # type: ignore[arg-type] # all ints
    assert warning in told
