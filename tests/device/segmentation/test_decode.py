"""The way back from the model's cells to the frame's pixels."""

from __future__ import annotations

import numpy as np
import pytest

from device.bundle.specs import OutputSpec
from device.imaging.arrays import UInt8Array
from device.segmentation.decode import dequantise_logits, to_frame, to_half, to_picture
from device.segmentation.letterbox import Letterbox
from device.segmentation.preprocess import prepare
from tests.support.input_spec import INPUT_SPEC
from tests.support.pictures import make_frame

STRIDE = 4
SIZES = [(1080, 1920), (600, 400), (333, 999), (256, 256), (997, 751), (31, 47), (3000, 2001)]


def disc(height_px: int, width_px: int, x: float, y: float, radius: float) -> UInt8Array:
    """A white disc on black with an edge one pixel soft."""
    rows, columns = np.mgrid[:height_px, :width_px] + 0.5
    distance = radius - np.hypot(columns - x, rows - y)
    return np.asarray(np.clip(distance + 0.5, 0, 1) * 255).astype(np.uint8)


@pytest.mark.parametrize(("height_px", "width_px"), SIZES)
def test_a_shape_comes_back_where_it_was(height_px: int, width_px: int) -> None:
    """A disc sent to the model's input, averaged to cells and decoded keeps centre and size.

    The centre may move by a hundredth of a cell, whatever the frame's size and shape: half a
    pixel of the model's input, the usual mistake, would be an eighth.
    """
    x, y, radius = width_px * 0.43, height_px * 0.56, min(height_px, width_px) * 0.3
    mask = disc(height_px, width_px, x, y, radius)
    tensor, box = prepare(make_frame(np.dstack([mask] * 3)), INPUT_SPEC)
    grey = tensor[0, :, :, 0].astype(np.float32) + 128
    grey[: box.top_px] = 0
    grey[box.top_px + box.height_px :] = 0
    grey[:, : box.left_px] = 0
    grey[:, box.left_px + box.width_px :] = 0
    cells = grey.reshape(64, STRIDE, 64, STRIDE).mean(axis=(1, 3)) - 127.5

    share = to_frame(cells.astype(np.float32), box, STRIDE) / 255 + 0.5
    rows, columns = np.mgrid[:height_px, :width_px] + 0.5
    cell_px = STRIDE * max(height_px / box.height_px, width_px / box.width_px)
    assert np.average(columns, weights=share) == pytest.approx(x, abs=0.01 * cell_px)
    assert np.average(rows, weights=share) == pytest.approx(y, abs=0.01 * cell_px)
    assert np.sqrt(share.sum() / np.pi) == pytest.approx(radius, abs=0.03 * cell_px)


@pytest.mark.parametrize(("height_px", "width_px"), SIZES)
def test_a_ramp_of_logits_is_interpolated_exactly(height_px: int, width_px: int) -> None:
    """Logits that rise evenly over the input rise evenly over the frame, at pixel centres."""
    box = Letterbox.fit(height_px, width_px, 256, 256)
    centres = (np.arange(64, dtype=np.float32) + 0.5) * STRIDE
    cells = np.broadcast_to(centres, (64, 64)).astype(np.float32)
    found = to_frame(cells, box, STRIDE)
    wanted = box.left_px + (np.arange(width_px) + 0.5) * box.width_px / width_px
    inside = (wanted >= box.left_px + STRIDE) & (wanted <= box.left_px + box.width_px - STRIDE)
    assert found.shape == (height_px, width_px)
    np.testing.assert_allclose(found[0, inside], wanted[inside], atol=1e-3)


def test_the_fill_does_not_fade_the_frames_edge() -> None:
    """A garment that the frame's edge cuts stays garment up to that edge.

    Cells whose centre lies on the fill answer about the fill.
    """
    box = Letterbox.fit(170, 256, 256, 256)
    assert box.top_px == 43
    cells = np.full((64, 64), -20, np.float32)
    cells[11:53] = 1  # The cells whose centres lie on the frame.
    assert (to_frame(cells, box, STRIDE) == 1).all()


@pytest.mark.parametrize(("height_px", "width_px"), [(1, 4000), (4000, 1), (1, 1), (2, 3000)])
def test_extreme_frames_have_a_mask_too(height_px: int, width_px: int) -> None:
    """A frame thinner than one cell takes the value of the cell that it lies in."""
    box = Letterbox.fit(height_px, width_px, 256, 256)
    found = to_frame(np.full((64, 64), 3, np.float32), box, STRIDE)
    assert found.shape == (height_px, width_px)
    np.testing.assert_allclose(found, 3)


def test_logits_are_the_manifests_real_values() -> None:
    """A quantised output means scale times its distance from the zero point."""
    spec = OutputSpec(1, 3, 1, "int8", 0.5, -40, 4, "garment_logit")
    tensor = np.array([-128, -40, 127], np.int8).reshape(1, 1, 3, 1)
    assert dequantise_logits(tensor, spec).tolist() == [[-44.0, 0.0, 83.5]]
    real = OutputSpec(1, 3, 1, "float32", 1.0, 0, 4, "garment_logit")
    assert dequantise_logits(tensor.astype(np.float32), real).tolist() == [[-128.0, -40.0, 127.0]]


@pytest.mark.parametrize(("height_px", "width_px"), [*SIZES, (1, 300), (9, 7)])
def test_the_fitted_pictures_grid_is_read_alike(height_px: int, width_px: int) -> None:
    """The quick way onto the model's own picture gives what the general one gives."""
    box = Letterbox.fit(height_px, width_px, INPUT_SPEC.height_px, INPUT_SPEC.width_px)
    cells = np.random.default_rng(width_px).normal(0, 5, (64, 64)).astype(np.float32)
    wanted = to_frame(cells, box, STRIDE, (box.height_px, box.width_px))
    np.testing.assert_allclose(to_picture(cells, box, STRIDE), wanted, atol=1e-4)


@pytest.mark.parametrize(("height_px", "width_px"), [*SIZES, (1, 300), (9, 7)])
def test_half_of_the_pictures_grid_is_read_alike(height_px: int, width_px: int) -> None:
    """Logits for half of the picture are those of its own pixels, two by two."""
    box = Letterbox.fit(height_px, width_px, INPUT_SPEC.height_px, INPUT_SPEC.width_px)
    cells = np.random.default_rng(width_px).normal(0, 5, (64, 64)).astype(np.float32)
    found = to_half(cells, box, STRIDE)
    assert found.shape == box.half_px
    np.testing.assert_allclose(found, to_frame(cells, box, STRIDE, box.half_px), atol=1e-4)
    if all(place % 2 == 0 for place in (box.height_px, box.width_px, box.top_px, box.left_px)):
        whole = to_picture(cells, box, STRIDE)
        means = whole.reshape(box.half_px[0], 2, box.half_px[1], 2).mean(axis=(1, 3))
        np.testing.assert_allclose(found, means, atol=1e-4)
