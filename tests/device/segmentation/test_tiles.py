"""Tiles over a garment, and what becomes of their logits together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from device.bundle.bundle import load_bundle
from device.bundle.shipped import default_bundle_path
from device.bundle.specs import InputSpec
from device.imaging.arrays import Float32Array
from device.imaging.region import Region
from device.pipeline.pipeline import Pipeline
from device.runtimes.factory import open_runtime
from device.segmentation.cell_grid import CellGrid
from device.segmentation.letterbox import Letterbox
from device.segmentation.tile_blending import blend_tiles
from device.segmentation.tiles import plan_tiles
from tests.support.pictures import make_frame

BUNDLE = load_bundle(default_bundle_path())
STRIDE = BUNDLE.output.stride
SPEC: InputSpec = replace(BUNDLE.input, height_px=512, width_px=384)


def garment_in(frame_px: tuple[int, int], rows: slice, columns: slice) -> CellGrid:
    """Logits of a whole frame with a rectangular garment, given in the frame's pixels."""
    box = Letterbox.fit(*frame_px, 512, 384)
    y = ((np.arange(128) + 0.5) * STRIDE - box.top_px) * frame_px[0] / box.height_px
    x = ((np.arange(96) + 0.5) * STRIDE - box.left_px) * frame_px[1] / box.width_px
    down = (y > rows.start) & (y < rows.stop)
    across = (x > columns.start) & (x < columns.stop)
    cells = np.where(down[:, None] & across[None], np.float32(4), np.float32(-4))
    return CellGrid(cells, box, Region(0, 0, *frame_px), STRIDE)


@pytest.mark.parametrize(
    ("frame_px", "rows", "columns"),
    [
        ((1920, 1080), slice(300, 1700), slice(250, 850)),
        ((1920, 1080), slice(0, 1920), slice(0, 1080)),
        ((1080, 1920), slice(80, 1000), slice(700, 1200)),
        ((1080, 1920), slice(300, 800), slice(100, 1800)),
        ((3040, 4056), slice(500, 2500), slice(1000, 3000)),
        ((1201, 1801), slice(10, 1190), slice(5, 700)),
        ((1459, 1083), slice(200, 1459), slice(300, 1083)),
    ],
)
def test_tiles_cover_the_garment_at_its_own_pixels(
    frame_px: tuple[int, int], rows: slice, columns: slice
) -> None:
    """Wherever it stands, a few tiles hold all of it, inside the frame, none of them enlarged."""
    plan = plan_tiles(garment_in(frame_px, rows, columns), frame_px, SPEC)
    assert plan is not None
    assert 1 < len(plan.tiles) <= 6
    held = np.zeros(frame_px, bool)
    for tile in plan.tiles:
        assert min(tile.top_px, tile.left_px) >= 0
        assert tile.rows.stop <= frame_px[0]
        assert tile.columns.stop <= frame_px[1]
        assert tile.height_px >= 512 or tile.width_px >= 384
        held[tile.rows, tile.columns] = True
    assert held[rows, columns].all()
    for region in (plan.region, plan.wide):
        assert region.rows.start <= rows.start + 8
        assert region.rows.stop >= rows.stop - 8
        box = plan.fit_grid(region, STRIDE)
        assert box.height_px / box.width_px == pytest.approx(
            region.height_px / region.width_px, rel=0.02
        )


def test_small_pictures_have_no_tiles() -> None:
    """Where the model sees every pixel of the garment already, there is nothing more to show."""
    frame_px = (512, 384)
    grid = garment_in(frame_px, slice(50, 450), slice(60, 300))
    assert plan_tiles(grid, frame_px, SPEC) is None
    nothing = replace(grid, cells=np.full((128, 96), -4, np.float32))
    assert plan_tiles(nothing, frame_px, SPEC) is None


def tile_of(region: Region, rows: slice, columns: slice) -> CellGrid:
    """Logits that the model might give of a tile: garment in a rectangle of the frame."""
    box = Letterbox.fit(region.height_px, region.width_px, 512, 384)
    y = ((np.arange(128) + 0.5) * STRIDE - box.top_px) / box.height_px * region.height_px
    x = ((np.arange(96) + 0.5) * STRIDE - box.left_px) / box.width_px * region.width_px
    y, x = y + region.top_px, x + region.left_px
    down, across = (y > rows.start) & (y < rows.stop), (x > columns.start) & (x < columns.stop)
    cells = np.where(down[:, None] & across[None], np.float32(9), np.float32(-9))
    return CellGrid(cells, box, region, STRIDE)


def blend_column(tiles_show: slice) -> tuple[npt.NDArray[np.float64], Float32Array]:
    """A garment's upper edge by the whole at row 400, by its tiles elsewhere: rows and logits."""
    frame_px = (1920, 1080)
    plan = plan_tiles(garment_in(frame_px, slice(400, 1600), slice(200, 900)), frame_px, SPEC)
    assert plan is not None
    box = plan.fit_grid(plan.region, STRIDE)
    y = (np.arange(box.height_px // STRIDE) + 0.5) * STRIDE / box.height_px
    y = y * plan.region.height_px + plan.region.top_px
    x = (np.arange(box.width_px // STRIDE) + 0.5) * STRIDE / box.width_px
    x = x * plan.region.width_px + plan.region.left_px
    inside = ((y > 400) & (y < 1600))[:, None] & ((x > 200) & (x < 900))[None]
    base = np.where(inside, np.float32(4), np.float32(-4))
    tiles = [tile_of(region, tiles_show, slice(200, 900)) for region in plan.tiles]
    found = blend_tiles(CellGrid(base, box, plan.region, STRIDE), tiles, frame_px)
    return y, found.cells[:, np.searchsorted(x, 550)]


def test_tiles_move_an_edge() -> None:
    """Where they see it some pixels away from the whole's edge, it goes there."""
    y, column = blend_column(slice(430, 1600))
    assert y[column > 0].min() == pytest.approx(430, abs=9)


def test_tiles_neither_make_nor_lose_a_garment() -> None:
    """Far from the edge that the whole has, what a tile takes for cloth or for none is ignored."""
    y, column = blend_column(slice(900, 1200))
    assert (column[(y > 500) & (y < 1500)] > 0).all()
    assert (column[y < 380] < 0).all()


def test_a_tile_that_does_not_know_the_garment_takes_nothing_away() -> None:
    """Where a tile finds none of the garment that the whole has in it, no edge is bitten."""
    y, column = blend_column(slice(1300, 1600))
    unknown = (y > 410) & (y < 900)
    assert (column[unknown] > 0).all()
    assert (column[y < 390] < 0).all()


@pytest.mark.parametrize("stem", ["studio-7202-00000", "studio-7202-00002"])
def test_tiles_bring_the_edge_closer(repository: Path, stem: str) -> None:
    """On a picture larger than the model's fewer pixels are wrong than with two passes."""
    folder = repository / "tests" / "support" / "large_renders"
    picture = cv2.imread(str(folder / f"{stem}.jpg"))
    mask = cv2.imread(str(folder / f"{stem}.png"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert mask is not None
    frame = make_frame(np.asarray(picture, np.uint8), colour_order="BGR")
    runtime, _ = open_runtime(BUNDLE, num_threads=2)
    wrong = [
        np.count_nonzero((pipeline.cut(frame).mask.alpha >= 128) != (mask >= 128))
        for pipeline in (Pipeline(BUNDLE, runtime), Pipeline(BUNDLE, runtime, tiles=False))
    ]
    assert wrong[0] < 0.95 * wrong[1]
