"""Quick looks: what previews draw, and what they leave for the shot."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.imaging.frame import Frame
from device.imaging.photo import read_photo
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.segmentation.frame_logits import FrameLogits, average_logits
from tests.support.pictures import make_frame

RENDER = Path(__file__).parents[3] / "calibration_images" / "images" / "studio-1000-00003.jpg"


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """The default bundle on the CPU."""
    bundle = load_bundle(default_bundle_path())
    return Pipeline(bundle, open_runtime(bundle, num_threads=2)[0])


@pytest.fixture(scope="module")
def scene() -> list[Frame]:
    """Ten frames of a dressed form before a noisy camera that stands still."""
    picture = cv2.resize(read_photo(RENDER).pixels, None, fx=2, fy=2)
    grain = np.random.default_rng(4)
    return [
        make_frame(np.clip(picture + grain.normal(0, 3, picture.shape), 0, 255).astype(np.uint8))
        for _ in range(10)
    ]


def overlap(one: Cutout, other: Cutout) -> float:
    """IoU of two masks."""
    first, second = one.mask.alpha > 127, other.mask.alpha > 127
    return float((first & second).sum() / (first | second).sum())


def test_previews_of_a_still_scene_do_not_flicker(pipeline: Pipeline, scene: list[Frame]) -> None:
    """Every second look is at the mirror image, and what is drawn agrees by 99.5% all the same."""
    settled: list[FrameLogits] = []
    drawn = []
    for frame in scene:
        look = pipeline.sketch(frame, settled[-6:])
        settled.append(look.evidence)
        drawn.append(look.cutout())
    assert [each.mirrored for each in settled[:6]] == [False, True] * 3
    # The first frame after a movement stands alone; from the second on both kinds are there.
    assert all(overlap(*pair) >= 0.995 for pair in pairwise(drawn[1:]))


def test_a_look_knows_its_garments_share_before_it_is_drawn(
    pipeline: Pipeline, scene: list[Frame]
) -> None:
    """The trigger is told from the model's cells what the mask will show."""
    look = pipeline.sketch(scene[0])
    assert look.garment_share == pytest.approx(look.cutout().mask.garment_share, rel=0.05)
    assert look.garment_share > 0.05


def test_a_frame_of_another_size_stands_alone(pipeline: Pipeline, scene: list[Frame]) -> None:
    """What another view has shown is not averaged in."""
    small = replace(scene[0], pixels=np.ascontiguousarray(scene[0].pixels[:, :300]))
    before = pipeline.sketch(small).cutout()
    after = pipeline.sketch(small, [pipeline.sketch(scene[1]).evidence]).cutout()
    np.testing.assert_array_equal(before.mask.alpha, after.mask.alpha)


def test_both_kinds_of_looks_have_the_same_say() -> None:
    """Four plain looks and one at the mirror image: each kind counts half."""
    plain, mirrored = np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)
    looks = [(plain, False)] * 4
    np.testing.assert_array_equal(average_logits([*looks, (mirrored, True)]), np.full((2, 3), 0.5))
    np.testing.assert_array_equal(average_logits(looks), plain)
