"""Representative pictures, prepared as on the rig and varied."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from convert.inputs.photo import read_rgb
from convert.inputs.picture_folder import open_folder
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import read_run
from device.bundle.bundle import load_bundle
from device.imaging.frame import Frame
from device.segmentation.preprocess import prepare


def test_samples_are_the_inputs_of_the_rig(bundle: Path, run: Path, photos: Path) -> None:
    """Each photo is calibrated with exactly the input that the rig's code prepares."""
    calibration = RepresentativeDataset(open_folder(photos), read_run(run))
    spec = replace(load_bundle(bundle).input, dtype="float32")
    samples = calibration.read_samples()
    for number, picture in enumerate(calibration.source.pictures):
        frame = Frame(
            read_rgb(picture.image), "RGB", datetime.now(timezone.utc), 0.0, number, "test"
        )
        expected, _ = prepare(frame, spec)
        (sample,) = next(samples)
        if number == 0:  # Two corner pixels of the first are pinned to black and white.
            sample[0, 0, 0], sample[0, -1, -1] = expected[0, 0, 0], expected[0, -1, -1]
        np.testing.assert_array_equal(sample, expected)


def test_varied_samples_add_close_ups_and_exposures(run: Path, photos: Path) -> None:
    """A varied calibration has each photo three times: as it is, closer, and darker or brighter."""
    folder = open_folder(photos)
    plain = [each for (each,) in RepresentativeDataset(folder, read_run(run)).read_samples()]
    varied = [
        each for (each,) in RepresentativeDataset(folder, read_run(run), varied=True).read_samples()
    ]
    assert len(varied) == 3 * len(plain) == 36
    np.testing.assert_array_equal(plain, varied[:12])
    assert varied[13].mean() < plain[0].mean() < varied[15].mean()
