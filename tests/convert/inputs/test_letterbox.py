"""Calibration and measurement see photos as training and the rig do."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from convert.inputs.letterbox import letterbox, logits_to_frame
from convert.inputs.model_runners import int8_table
from convert.inputs.run_folder import read_run
from device.bundle.bundle import load_bundle
from device.imaging.frame import Frame
from device.segmentation.decode import to_frame
from device.segmentation.preprocess import make_quantisation_table, prepare
from train.network.letterbox import Letterbox

FILL = (127, 127, 127)


def _sizes() -> list[tuple[int, int]]:
    rng = np.random.default_rng(5)
    drawn = [(int(h), int(w)) for h, w in rng.integers(1, 400, (40, 2))]
    return [*drawn, (1, 999), (999, 1), (64, 64), (63, 65), (256, 256), (31, 17), (1080, 1920)]


def _photo(height_px: int, width_px: int) -> npt.NDArray[np.uint8]:
    rng = np.random.default_rng(height_px * 1000 + width_px)
    return rng.integers(0, 256, (height_px, width_px, 3)).astype(np.uint8)


@pytest.mark.parametrize(("height_px", "width_px"), _sizes())
def test_three_letterboxes_are_one(bundle: Path, height_px: int, width_px: int) -> None:
    """Training, conversion and the rig feed the model the same bytes, whatever the size."""
    photo = _photo(height_px, width_px)
    ours, _ = letterbox(photo, 64, 64, FILL)
    trained = Letterbox.fit((height_px, width_px), (64, 64)).place(photo, FILL)
    spec = load_bundle(bundle).input
    frame = Frame(photo, "RGB", datetime.now(timezone.utc), 0.0, 0, "test")
    tensor, _ = prepare(frame, spec)
    assert np.array_equal(ours, trained)
    assert np.array_equal(make_quantisation_table(spec)[ours], tensor[0])


@pytest.mark.parametrize(("height_px", "width_px"), _sizes())
def test_logits_return_as_on_the_rig(bundle: Path, height_px: int, width_px: int) -> None:
    """Quality is measured on the same full-size logits that the rig decides by, to the last bit."""
    spec = load_bundle(bundle).input
    photo = _photo(height_px, width_px)
    _, box = prepare(Frame(photo, "RGB", datetime.now(timezone.utc), 0.0, 0, "test"), spec)
    _, placement = letterbox(photo, 64, 64, FILL)
    logits = np.random.default_rng(6).normal(0, 3, (16, 16)).astype(np.float32)
    rig = to_frame(logits, box, 4)
    assert np.array_equal(logits_to_frame(logits, placement, 4), rig)
    trained = Letterbox.fit((height_px, width_px), (64, 64))
    assert np.array_equal(trained.logits_to_frame(logits, 4), rig)


def test_pixels_are_quantised_as_on_the_rig(bundle: Path, run: Path) -> None:
    """All 256 pixel values become the same int8 values as on the rig."""
    spec = load_bundle(bundle).input
    ours = int8_table(spec.scale, spec.zero_point, read_run(run))
    assert np.array_equal(ours, make_quantisation_table(spec))
