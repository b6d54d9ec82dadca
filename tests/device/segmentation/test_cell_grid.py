"""Which cells lie on the frame, and what is read at the cells of another grid."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from device.imaging.arrays import Float32Array
from device.imaging.region import Region
from device.segmentation.cell_grid import CellGrid
from device.segmentation.decode import to_frame
from device.segmentation.letterbox import Letterbox

STRIDE = 4
SIDES_PX = (*range(64, 1000, 73), 1, 2, 480, 640, 720, 1080, 1280, 1920, 3040, 4056)
"""Odd and even, and the cameras' own."""


def lay_over(height_px: int, width_px: int, cells: Float32Array) -> CellGrid:
    """Logits of a full frame on an input four times as large as the cells."""
    rows, columns = cells.shape
    box = Letterbox.fit(height_px, width_px, rows * STRIDE, columns * STRIDE)
    return CellGrid(cells, box, Region(0, 0, height_px, width_px), STRIDE)


@pytest.mark.parametrize("shape", [(128, 96), (112, 88), (64, 64)])
def test_the_trigger_and_the_mask_agree_on_the_cells_of_a_frame(shape: tuple[int, int]) -> None:
    """Of every size and shape, a frame's share and its mask are made of the same cells.

    Garment everywhere on the frame and nowhere on the fill is all garment to both; garment on the
    fill alone is none to both.
    """
    for height_px, width_px in product(SIDES_PX, SIDES_PX):
        box = lay_over(height_px, width_px, np.zeros(shape, np.float32)).box
        rows, columns = box.find_cells(shape, STRIDE)
        cells = np.full(shape, -1, np.float32)
        cells[rows, columns] = 1
        for logits, share in ((cells, 1.0), (-cells, 0.0)):
            grid = lay_over(height_px, width_px, logits)
            assert grid.garment_share == share, (height_px, width_px)
            found = to_frame(logits, box, STRIDE, (7, 5)) > 0
            assert found.mean() == share, (height_px, width_px)
        assert grid.inside.shape == (rows.stop - rows.start, columns.stop - columns.start)


@pytest.mark.parametrize(("height_px", "width_px"), [(1080, 1920), (1920, 1080), (333, 999)])
def test_cells_lie_on_the_frame_where_their_centres_do(height_px: int, width_px: int) -> None:
    """A cell counts from half of it on, on each of the four sides."""
    box = Letterbox.fit(height_px, width_px, 512, 384)
    for cells, count, start_px, length_px in zip(
        box.find_cells((128, 96), STRIDE),
        (128, 96),
        (box.top_px, box.left_px),
        (box.height_px, box.width_px),
        strict=True,
    ):
        centres = (np.arange(count) + 0.5) * STRIDE
        on_frame = (centres >= start_px) & (centres < start_px + length_px)
        np.testing.assert_array_equal(np.flatnonzero(on_frame), np.arange(count)[cells])


def test_logits_of_the_whole_are_read_at_the_cells_of_a_region() -> None:
    """A plane of logits over the frame is the same plane over a region of it."""
    region = Region(200, 600, 800, 640)
    box, region_box = Letterbox.fit(1080, 1920, 448, 352), Letterbox.fit(800, 640, 448, 352)

    def plane(y_px: npt.NDArray[np.float64], x_px: npt.NDArray[np.float64]) -> Float32Array:
        return (0.01 * y_px[:, None] - 0.005 * x_px[None]).astype(np.float32)

    def centres(count: int, start_px: int, scale: float) -> npt.NDArray[np.float64]:
        return ((np.arange(count) + 0.5) * STRIDE - start_px) / scale

    whole = lay_over(
        1080,
        1920,
        plane(centres(112, box.top_px, box.height_px / 1080), centres(88, box.left_px, 352 / 1920)),
    )
    expected = plane(
        200 + centres(112, region_box.top_px, region_box.height_px / 800),
        600 + centres(88, region_box.left_px, region_box.width_px / 640),
    )
    other = CellGrid(np.zeros_like(expected), region_box, region, STRIDE)
    found = whole.resample_like(other)
    assert found.region == region
    np.testing.assert_allclose(found.cells[4:-4, 4:-4], expected[4:-4, 4:-4], atol=0.02)
