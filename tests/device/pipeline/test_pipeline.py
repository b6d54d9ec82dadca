"""One frame through the default bundle."""

from __future__ import annotations

import numpy as np
import pytest

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from tests.support.pictures import make_frame, noise


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """The default bundle on the CPU."""
    bundle = load_bundle(default_bundle_path())
    return Pipeline(bundle, open_runtime(bundle, num_threads=2)[0])


@pytest.mark.parametrize(("height_px", "width_px"), [(480, 640), (601, 401), (9, 7), (1, 300)])
def test_the_mask_has_the_frames_size(pipeline: Pipeline, height_px: int, width_px: int) -> None:
    """Whatever its size, a frame gets a mask of that size, and every stage is timed."""
    cutout = pipeline.cut(make_frame(noise(height_px, width_px)))
    assert cutout.mask.alpha.shape == (height_px, width_px)
    assert cutout.mask.alpha.dtype == np.uint8
    looks = ["preprocess", "invoke", "second_look"]
    looks += ["parts", "gather"] if "parts" in cutout.stage_ms else []
    assert list(cutout.stage_ms) == [*looks, "decode", "refine", "colour", "measure"]
    assert cutout.bundle_id == pipeline.bundle.id
    assert cutout.backend == pipeline.runtime.backend


def test_channel_order_does_not_change_the_mask(pipeline: Pipeline) -> None:
    """The same picture from an RGB and from a BGR camera is cut the same."""
    pixels = noise(120, 90, seed=3)
    rgb = pipeline.cut(make_frame(pixels))
    bgr = pipeline.cut(make_frame(pixels[:, :, ::-1].copy(), colour_order="BGR"))
    np.testing.assert_array_equal(rgb.mask.alpha, bgr.mask.alpha)


def test_a_cutout_outlives_the_next_frame(pipeline: Pipeline) -> None:
    """A mask is the caller's own: the runtime's next invocation does not write into it."""
    first = pipeline.cut(make_frame(noise(64, 64, seed=1)))
    before = first.mask.alpha.copy()
    pipeline.cut(make_frame(np.zeros((64, 64, 3), np.uint8)))
    np.testing.assert_array_equal(first.mask.alpha, before)
