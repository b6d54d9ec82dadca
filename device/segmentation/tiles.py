"""Looking at a garment part by part, at more of the frame's own pixels.

Each part fills the model's input; what they give is put together on a grid finer than the model's
own. What a part lacks, the surroundings, the looks before it had: neither decides alone.
docs/cutouts.md has what it brings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from device.bundle.specs import InputSpec
from device.imaging.arrays import Float32Array
from device.imaging.region import Region
from device.segmentation.cell_grid import extent
from device.segmentation.letterbox import Letterbox

_MARGIN = 0.08
"""Around the garment, as a share of its longer side."""
_MOST_PARTS = 6
"""Rows and columns of parts are those that come closest with so many."""
_OVERLAP = 0.25
"""Of neighbouring parts, as a share of a part's side."""
_LEAST_ENLARGEMENT = 1.25
"""Against the garment as a whole; less is not worth the time."""
_MOST_ENLARGED = 1.0
"""Model pixels for one of the frame's, at most: nothing comes of enlarging blur."""
_FINE = 3, 2
"""The common grid is the model's, so many times as fine: as a fraction."""
_STEP_PX = 8
"""Parts begin and end at multiples, where the frame's halves have whole pixels."""


@dataclass(frozen=True, slots=True)
class TilePlan:
    """Where to look at a garment's parts, and where their answers come together.

    Attributes:
        parts: what to look at.
        region: what holds the garment, as far as it is known.
        wide: what holds all parts too, for where they show more of it.
        finest_px: (height, width) of what the common grid's cells may cover, at the model's
            stride: larger than its input.
    """

    parts: tuple[Region, ...]
    region: Region
    wide: Region
    finest_px: tuple[int, int]

    def grid(self, region: Region, stride: int) -> Letterbox:
        """The common grid over a region, without any fill: its place is all of it.

        Args:
            region: the part of the frame.
            stride: pixels for each cell.
        """
        sides = region.height_px, region.width_px
        tall, wide = (side / most for side, most in zip(sides, self.finest_px, strict=True))
        cell_px = max(tall, wide) * stride
        height_px, width_px = (max(1, round(side / cell_px)) * stride for side in sides)
        return Letterbox(*sides, height_px, width_px, 0, 0)


def plan_tiles(
    cells: Float32Array,
    box: Letterbox,
    region: Region,
    frame_px: tuple[int, int],
    spec: InputSpec,
    stride: int,
) -> TilePlan | None:
    """Lay parts over the garment.

    Args:
        cells: float32, shape (rows, columns), logits of a region, without specks.
        box: the region's place on the model's input.
        region: the part of the frame that they are about.
        frame_px: (height, width) of the frame.
        spec: the model's input.
        stride: input pixels for each cell.

    Returns:
        None where there is no garment, or where parts would show hardly more of it.
    """
    garment = extent(cells, box, region, stride)
    if garment is None:
        return None
    margin_px = _MARGIN * max(end - start for start, end in garment)
    spans = [
        _dilate(span, margin_px, limit_px) for span, limit_px in zip(garment, frame_px, strict=True)
    ]
    shape = (spec.height_px, spec.width_px)
    lengths = [end - start for start, end in spans]
    whole = max(length / side for length, side in zip(lengths, shape, strict=True))
    scale, counts = _closest(lengths, shape)
    scale = max(scale, 1 / _MOST_ENLARGED)
    if whole / scale < _LEAST_ENLARGEMENT:
        return None
    rows, columns = (
        _lay_out(span, scale * side, count, limit_px)
        for span, side, count, limit_px in zip(spans, shape, counts, frame_px, strict=True)
    )
    parts = tuple(_region(*each) for each in product(rows, columns))
    held = _region(*spans)
    more, less = _FINE
    finest_px = shape[0] * more // less, shape[1] * more // less
    return TilePlan(parts, held, Region.around([held, *parts]), finest_px)


def _closest(lengths: Sequence[int], shape: tuple[int, int]) -> tuple[float, tuple[int, int]]:
    """The smallest scale, in frame pixels per model pixel, and the rows and columns it takes."""

    def scale(counts: tuple[int, int]) -> float:
        return max(
            length / (side * (count - (count - 1) * _OVERLAP))
            for length, side, count in zip(lengths, shape, counts, strict=True)
        )

    sides = range(1, _MOST_PARTS + 1)
    grids = [each for each in product(sides, sides) if each[0] * each[1] <= _MOST_PARTS]
    # Of two that come as close the one with fewer parts.
    best = min(grids, key=lambda counts: (scale(counts), counts[0] * counts[1]))
    return scale(best), best


def _dilate(span: tuple[float, float], margin_px: float, limit_px: int) -> tuple[int, int]:
    start = int(max(0.0, span[0] - margin_px)) // _STEP_PX * _STEP_PX
    end = -int(-(span[1] + margin_px) // _STEP_PX) * _STEP_PX
    return start, min(end, limit_px)


def _lay_out(
    span: tuple[int, int], length_px: float, count: int, limit_px: int
) -> list[tuple[int, int]]:
    """Parts along one axis, as long as the input's side, evenly over the span."""
    length = min(limit_px, int(-(-length_px // _STEP_PX)) * _STEP_PX)
    first, last = span[0], span[1] - length
    middle = (first + last) / 2
    starts = np.linspace(first, last, count) if count > 1 and last > first else [middle]
    placed = [min(max(0, int(start) // _STEP_PX * _STEP_PX), limit_px - length) for start in starts]
    if span[1] == limit_px:  # To the frame's very edge, of whatever size it is.
        placed[-1] = limit_px - length
    return [(start, start + length) for start in placed]


def _region(rows: tuple[int, int], columns: tuple[int, int]) -> Region:
    return Region(rows[0], columns[0], rows[1] - rows[0], columns[1] - columns[0])
