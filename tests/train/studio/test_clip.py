"""The demo clip that ships with the device, against the truth beside the tests."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from device.cameras.opencv_capture import open_film

ROOT = Path(__file__).resolve().parents[3]
CLIP = ROOT / "device" / "demo" / "clip.mp4"
TRUTH = ROOT / "tests" / "end_to_end" / "data" / "clip_truth"


@pytest.fixture(scope="module")
def frames() -> list[npt.NDArray[np.float32]]:
    """Every frame of the clip in grey, half size."""
    capture = open_film(str(CLIP))
    found: list[npt.NDArray[np.float32]] = []
    while True:
        there, frame = capture.read()
        if not there:
            return found
        grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        found.append(half.astype(np.float32))


def test_each_garment_rests_and_each_change_shows(frames: list[npt.NDArray[np.float32]]) -> None:
    """Inside a garment's seconds frames differ by noise alone; between two they change a lot."""
    truth = json.loads((TRUTH / "clip.json").read_text())
    rate = truth["frames_per_s"]
    assert len(truth["garments"]) == 5
    before = 0
    for garment in truth["garments"]:
        first, after = round(garment["from_s"] * rate), round(garment["to_s"] * rate)
        steps = [float(np.abs(frames[i + 1] - frames[i]).mean()) for i in range(first, after - 1)]
        assert max(steps) < 1.0
        change = frames[before : first + 1]
        assert all(np.abs(b - a).mean() > 1.0 for a, b in pairwise(change))
        assert (first - before) / rate < 0.6
        before = after
    assert len(frames) == before


def test_the_clip_is_small_and_its_truth_fits(frames: list[npt.NDArray[np.float32]]) -> None:
    """At most 2 MB, about ten seconds, and each alpha has the clip's size and shows a garment."""
    assert CLIP.stat().st_size <= 2_000_000
    truth = json.loads((TRUTH / "clip.json").read_text())
    assert 9 <= len(frames) / truth["frames_per_s"] <= 12
    height, width = frames[0].shape
    for garment in truth["garments"]:
        alpha = cv2.imread(str(TRUTH / garment["alpha"]), cv2.IMREAD_UNCHANGED)
        assert alpha is not None
        assert alpha.shape == (height * 2, width * 2)
        assert 0.03 < (alpha >= 128).mean() < 0.6
