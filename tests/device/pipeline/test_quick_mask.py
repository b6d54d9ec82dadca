"""Quick masks: what previews draw, and what they leave for the shot."""

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
from device.imaging.region import Region
from device.pipeline.cutout import Cutout
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.segmentation.cell_grid import CellGrid
from device.segmentation.frame_logits import FrameLogits, average_logits
from device.segmentation.letterbox import Letterbox
from device.segmentation.scene_logits import SceneLogits
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
    """Every second frame is seen mirrored, and what is drawn agrees by 99.5% all the same."""
    before: tuple[FrameLogits, ...] = ()
    drawn = []
    for frame in scene:
        preview = pipeline.preview(frame, SceneLogits(before[-6:]))
        before = (*before, preview.logits)
        drawn.append(preview.cutout())
    assert [each.mirrored for each in before[:6]] == [False, True] * 3
    # The first frame after a movement stands alone; from the second on both kinds are there.
    assert all(overlap(*pair) >= 0.995 for pair in pairwise(drawn[1:]))


def test_a_preview_knows_its_garments_share_before_it_is_drawn(
    pipeline: Pipeline, scene: list[Frame]
) -> None:
    """The trigger learns from the model's cells what the mask will show."""
    preview = pipeline.preview(scene[0])
    assert preview.garment_share == pytest.approx(preview.cutout().mask.garment_share, rel=0.05)
    assert preview.garment_share > 0.05


def test_a_frame_of_another_size_stands_alone(pipeline: Pipeline, scene: list[Frame]) -> None:
    """What another view has shown is not averaged in."""
    small = replace(scene[0], pixels=np.ascontiguousarray(scene[0].pixels[:, :300]))
    before = pipeline.preview(small).cutout()
    other = SceneLogits((pipeline.preview(scene[1]).logits,))
    after = pipeline.preview(small, other).cutout()
    np.testing.assert_array_equal(before.mask.alpha, after.mask.alpha)


def test_plain_and_mirrored_passes_weigh_the_same() -> None:
    """Four plain passes and one over the mirror image: each kind counts half."""
    box, region = Letterbox.fit(8, 12, 8, 12), Region(0, 0, 8, 12)
    zeros, ones = np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32)
    plain = [FrameLogits(CellGrid(zeros, box, region, 4))] * 4
    mirrored = FrameLogits(CellGrid(ones, box, region, 4), mirrored=True)
    np.testing.assert_array_equal(average_logits([*plain, mirrored]), np.full((2, 3), 0.5))
    np.testing.assert_array_equal(average_logits(plain), zeros)
