"""Where a garment's tiles lie.

Each tile fills the model's input and so shows more of the frame's own pixels than a pass over the
garment as a whole. What a tile lacks is the garment's surroundings, which the earlier passes had:
the logits of both are blended, on a grid finer than the model's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from device.bundle.specs import InputSpec
from device.imaging.region import Region
from device.segmentation.cell_grid import CellGrid
from device.segmentation.letterbox import Letterbox

_MARGIN = 0.08
"""Around the garment, as a share of its longer side."""
_MOST_TILES = 6
"""Rows and columns are those that enlarge most with so many tiles; each costs an inference."""
_OVERLAP = 0.25
"""Of neighbouring tiles, as a share of a tile's side: as far as a tile's weight fades."""
_LEAST_ENLARGEMENT = 1.25
"""Against the garment as a whole; less is not worth the time."""
_MOST_ENLARGED = 1.0
"""Model pixels for one of the frame's, at most: enlarging shows the model nothing new."""
_FINENESS = 3, 2
"""Of the common grid against the model's own, as a fraction."""
_STEP_PX = 8
"""Tiles begin and end at multiples of it, where the pyramid's levels have whole pixels."""


@dataclass(frozen=True, slots=True)
class TilePlan:
    """The tiles of a garment, and the common grid on which their logits are blended.

    Attributes:
        tiles: parts of the frame, one for each inference.
        region: what holds the garment, as far as it is known.
        wide: what holds all tiles too, for where they show more of it.
        finest_px: (height, width) of the largest input that the common grid may stand for, at the
            model's stride: larger than the model's own.
    """

    tiles: tuple[Region, ...]
    region: Region
    wide: Region
    finest_px: tuple[int, int]

    def fit_grid(self, region: Region, stride: int) -> Letterbox:
        """Return the place of a region on a common grid of its own, which has no fill.

        Args:
            region: the part of the frame.
            stride: pixels for each cell.
        """
        sides = region.height_px, region.width_px
        tall, wide = (side / most for side, most in zip(sides, self.finest_px, strict=True))
        cell_px = max(tall, wide) * stride
        height_px, width_px = (max(1, round(side / cell_px)) * stride for side in sides)
        return Letterbox(*sides, height_px, width_px, 0, 0)


def plan_tiles(grid: CellGrid, frame_px: tuple[int, int], spec: InputSpec) -> TilePlan | None:
    """Lay tiles over the garment.

    Args:
        grid: logits of the garment as a whole, without specks.
        frame_px: (height, width) of the frame.
        spec: the model's input.

    Returns:
        None where there is no garment, or where tiles would show hardly more of it.
    """
    garment = grid.find_extent()
    if garment is None:
        return None
    margin_px = _MARGIN * max(end - start for start, end in garment)
    spans = [
        _dilate(span, margin_px, limit_px) for span, limit_px in zip(garment, frame_px, strict=True)
    ]
    shape = (spec.height_px, spec.width_px)
    lengths = [end - start for start, end in spans]
    whole = max(length / side for length, side in zip(lengths, shape, strict=True))
    scale, counts = _find_layout(lengths, shape)
    scale = max(scale, 1 / _MOST_ENLARGED)
    if whole / scale < _LEAST_ENLARGEMENT:
        return None
    rows, columns = (
        _lay_out(span, scale * side, count, limit_px)
        for span, side, count, limit_px in zip(spans, shape, counts, frame_px, strict=True)
    )
    tiles = tuple(_make_region(*each) for each in product(rows, columns))
    region = _make_region(*spans)
    more, less = _FINENESS
    finest_px = shape[0] * more // less, shape[1] * more // less
    return TilePlan(tiles, region, Region.around([region, *tiles]), finest_px)


def _find_layout(lengths: Sequence[int], shape: tuple[int, int]) -> tuple[float, tuple[int, int]]:
    """Find the smallest scale, in frame pixels per model pixel, and its rows and columns."""

    def scale(counts: tuple[int, int]) -> float:
        return max(
            length / (side * (count - (count - 1) * _OVERLAP))
            for length, side, count in zip(lengths, shape, counts, strict=True)
        )

    sides = range(1, _MOST_TILES + 1)
    grids = [each for each in product(sides, sides) if each[0] * each[1] <= _MOST_TILES]
    # Of two that enlarge alike the one with fewer tiles.
    best = min(grids, key=lambda counts: (scale(counts), counts[0] * counts[1]))
    return scale(best), best


def _dilate(span: tuple[float, float], margin_px: float, limit_px: int) -> tuple[int, int]:
    start = int(max(0.0, span[0] - margin_px)) // _STEP_PX * _STEP_PX
    end = -int(-(span[1] + margin_px) // _STEP_PX) * _STEP_PX
    return start, min(end, limit_px)


def _lay_out(
    span: tuple[int, int], length_px: float, count: int, limit_px: int
) -> list[tuple[int, int]]:
    """Lay tiles along one axis, as long as the input's side, evenly over the span."""
    length = min(limit_px, int(-(-length_px // _STEP_PX)) * _STEP_PX)
    first, last = span[0], span[1] - length
    middle = (first + last) / 2
    starts = np.linspace(first, last, count) if count > 1 and last > first else [middle]
    placed = [min(max(0, int(start) // _STEP_PX * _STEP_PX), limit_px - length) for start in starts]
    if span[1] == limit_px:  # To the frame's very edge, of whatever size it is.
        placed[-1] = limit_px - length
    return [(start, start + length) for start in placed]


def _make_region(rows: tuple[int, int], columns: tuple[int, int]) -> Region:
    return Region(rows[0], columns[0], rows[1] - rows[0], columns[1] - columns[0])
