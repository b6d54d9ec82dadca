"""What the model's own doubts say of a mask."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from device.bundle.specs import IouModel
from device.imaging.arrays import Float32Array
from device.imaging.region import Region
from device.segmentation.cell_grid import CellGrid
from device.segmentation.letterbox import Letterbox
from device.settings.verdict import VerdictSettings
from device.verdict.expected_iou import (
    find_weakest,
    measure_doubt_share,
    measure_soft_iou,
    predict_iou,
)
from device.verdict.measurements import Measurements
from device.verdict.verdict import judge

GOOD = Measurements(garment_share=0.2, edge_touch_share=0.0)
MODEL = IouModel(
    intercept=0.0, soft_iou=0.6, agreement=0.4, mean_agreement=0.97, offset=0.003, doubt_share=0.2
)


def _grid(cells: Float32Array) -> CellGrid:
    """Cells of four pixels over a frame of eight pixels for each."""
    height_px, width_px = (4 * side for side in cells.shape)
    box = Letterbox(2 * height_px, 2 * width_px, height_px, width_px, 0, 0)
    return CellGrid(cells, box, Region(0, 0, 2 * height_px, 2 * width_px), 4)


def _square(garment: float = 12.0, ground: float = -12.0) -> Float32Array:
    cells = np.full((48, 36), ground, np.float32)
    cells[8:40, 6:30] = garment
    return cells


def test_a_sure_mask_expects_to_be_right() -> None:
    """Where the model is sure of every cell the expected IoU is 1, and no place is weak."""
    grid = _grid(_square())
    assert measure_soft_iou(grid) == pytest.approx(1, abs=1e-3)
    assert find_weakest(grid) is None


def test_doubt_inside_and_outside_costs_as_much_as_it_is_likely() -> None:
    """At a probability of 0.75 for garment and 0.25 around it the IoU is worked out by hand."""
    logit = float(np.log(3))
    cells = _square(logit, -logit)
    garment, ground = 32 * 24, 48 * 36 - 32 * 24
    expected = 0.75 * garment / (garment + 0.25 * ground)
    assert measure_soft_iou(_grid(cells)) == pytest.approx(expected, rel=1e-4)


def test_nothing_found_expects_nothing() -> None:
    """A mask without a cell of garment is worth nothing."""
    assert measure_soft_iou(_grid(_square(-12))) == 0.0


def test_the_weakest_place_lies_where_the_doubt_is() -> None:
    """A sleeve that may as well be backdrop is pointed at, in the frame's pixels."""
    cells = _square()
    cells[20:28, 26:34] = 0.1
    found = find_weakest(_grid(cells))
    assert found is not None
    left, top, width, height = found
    assert left <= 30 * 8 <= left + width
    assert top <= 24 * 8 <= top + height
    assert width * height < 0.1 * (48 * 8) * (36 * 8)


def test_a_place_at_the_rim_stays_on_the_frame() -> None:
    """The place is cut at the frame's border."""
    cells = _square()
    cells[:6, :6] = 0.0
    left, top, width, height = find_weakest(_grid(cells)) or (-1, -1, 0, 0)
    assert (left, top) == (0, 0)
    assert width <= 36 * 8
    assert height <= 48 * 8


def test_expected_iou_rises_with_every_sign() -> None:
    """More certainty, more agreement and less doubt never lower the share that is expected."""
    shares = [0.0, 0.5, 0.8, 0.95, 0.99, 1.0]
    by_soft = [predict_iou(MODEL, share, 0.97, 0.02) for share in shares]
    by_agreement = [predict_iou(MODEL, 0.97, share, 0.02) for share in shares]
    by_doubt = [predict_iou(MODEL, 0.97, 0.97, 1 - share) for share in shares]
    for expected in (by_soft, by_agreement, by_doubt):
        assert expected == sorted(expected)
        assert all(0 <= each <= 1 for each in expected)
    wild = replace(MODEL, intercept=1e6)
    assert predict_iou(wild, 0.97, 0.97, 0) == 0
    assert predict_iou(replace(wild, intercept=-1e6), 0, 0, 1) == 1
    assert predict_iou(MODEL, 0.97, None, 0) == predict_iou(MODEL, 0.97, 0.97, 0)


def test_an_edge_is_no_doubt_and_a_sleeve_that_may_be_none_is() -> None:
    """Doubt as wide as an edge counts nothing, a part in doubt counts with its cells."""
    edge = _square()
    edge[7:41, 5:31] = np.where(edge[7:41, 5:31] > 0, edge[7:41, 5:31], 0.5)
    assert measure_doubt_share(_grid(edge)) == 0
    sleeve = _square()
    sleeve[20:28, 24:30] = 0.5
    assert measure_doubt_share(_grid(sleeve)) == pytest.approx(8 * 6 / (32 * 24))
    assert measure_doubt_share(_grid(_square(-12))) == 1


def test_what_is_expected_to_be_wrong_is_nothing() -> None:
    """A find of which less than half is expected to be right asks for another shot."""
    poor = judge(replace(GOOD, expected_iou=0.3))
    assert (poor.state, poor.reasons[0]) == ("retake", "nothing-found")
    assert judge(replace(GOOD, expected_iou=0.3), VerdictSettings(found_iou=0)).state == "unsure"


@pytest.mark.parametrize("change", [{"faint_share": 0.1}, {"islands": 9}, {"holes": 9}])
def test_a_mask_that_is_expected_to_be_right_is_ok(change: dict[str, float]) -> None:
    """With a bundle that knows what its masks are worth, a sign of doubt alone is no reason."""
    doubtful = replace(GOOD, **change)  # type: ignore[arg-type] # whole numbers too
    assert judge(replace(doubtful, expected_iou=0.98)).state == "ok"
    poor = judge(replace(doubtful, expected_iou=0.8))
    assert (poor.state, len(poor.reasons)) == ("unsure", 1)
    assert "mask-unsure" not in poor.reasons


def test_a_mask_of_which_little_is_expected_is_unsure_without_another_sign() -> None:
    """A low expected IoU is a reason of its own, with the place to look at."""
    place = (10, 20, 30, 40)
    verdict = judge(replace(GOOD, expected_iou=0.8, weakest=place))
    assert (verdict.state, verdict.reasons) == ("unsure", ("mask-unsure",))
    assert verdict.describe()["weakest"] == {
        "left_px": 10,
        "top_px": 20,
        "width_px": 30,
        "height_px": 40,
    }
