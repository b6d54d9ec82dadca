"""Blends the logits of overlapping tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array
from device.imaging.region import Region
from device.segmentation.cell_grid import resample
from device.segmentation.letterbox import Letterbox

Float64Array = npt.NDArray[np.float64]


_SAY = 0.8
"""What a part says in its middle; the rest is said by the looks at the whole."""


_NEAR_CELLS = 8
"""Of the common grid: further from the edge that the whole has, parts are not asked."""


_NEARNESS = 6.0


_FADE = 0.25
"""From the middle to a side, over this share of the part, its say fades to nothing."""


_LEAST_SAY = 0.02


_FOUND_AGAIN = 0.5, 0.75
"""Of the garment that the whole has in a part: a part that finds less than the first share takes
nothing away, one that finds the second or more takes what it will."""


@dataclass(frozen=True, slots=True)
class TileLogits:
    """What the model said of one part.

    Attributes:
        region: the part of the frame.
        box: its place on the model's input.
        cells: float32, shape (rows, columns), garment logits.
    """

    region: Region
    box: Letterbox
    cells: Float32Array


def blend_tiles(
    base: Float32Array,
    looks: Sequence[TileLogits],
    region: Region,
    box: Letterbox,
    frame_px: tuple[int, int],
    stride: int,
) -> Float32Array:
    """Mix what was said of the parts into what was said of the whole.

    Args:
        base: float32, shape (rows, columns) of the common grid, what looks at the whole gave.
        looks: at parts.
        region: the part of the frame that the common grid shows.
        box: the region's place on it.
        frame_px: (height, width) of the frame.
        stride: pixels of the common grid for each cell.

    Returns:
        float32, shape of ``base``.
    """
    said, say = np.zeros_like(base), np.zeros_like(base)
    # Where the cells' centres lie on the frame: the grid has no fill.
    y = (np.arange(base.shape[0]) + 0.5) * (region.height_px / base.shape[0]) + region.top_px
    x = (np.arange(base.shape[1]) + 0.5) * (region.width_px / base.shape[1]) + region.left_px
    for look in looks:
        part = look.region
        rows = slice(*np.searchsorted(y, (part.rows.start, part.rows.stop)).tolist())
        columns = slice(*np.searchsorted(x, (part.columns.start, part.columns.stop)).tolist())
        weight = np.outer(
            _fade_to_rim(y[rows], part.rows, frame_px[0]),
            _fade_to_rim(x[columns], part.columns, frame_px[1]),
        ).astype(np.float32)
        cells = resample(
            look.cells, look.box, part, region, box, stride, rows=rows, columns=columns
        )
        said[rows, columns] += weight * _weight_by_confidence(cells, base[rows, columns], weight)
        say[rows, columns] += weight
    # Where parts overlap they share one say.
    share = np.float32(_SAY) * np.minimum(say, 1) * _near_edge(base)
    return np.asarray(base + share * (said / np.maximum(say, 1e-6) - base), dtype=np.float32)


def _weight_by_confidence(
    cells: Float32Array, whole: Float32Array, weight: Float32Array
) -> Float32Array:
    """What a part says, without what it takes away if it hardly knows the garment.

    A part that shows a corner of it alone may not know it for one, and would bite into the edge.
    """
    garment = weight * (whole > 0)
    found = float((garment * (cells > 0)).sum()) / max(float(garment.sum()), 1e-6)
    few, enough = _FOUND_AGAIN
    trust = np.float32(min(1.0, max(0.0, (found - few) / (enough - few))))
    return np.where(cells < whole, whole + trust * (cells - whole), cells)


def _near_edge(cells: Float32Array) -> Float32Array:
    """1 near the edge of the garment, falling to 0 away from it, either way."""
    window = (2 * _NEAR_CELLS + 1,) * 2
    around = cv2.blur((cells > 0).astype(np.float32), window)
    return np.asarray(np.clip(_NEARNESS * np.minimum(around, 1 - around), 0, 1), np.float32)


def _fade_to_rim(places: Float64Array, side: slice, limit_px: int) -> Float64Array:
    """How much a part has to say at some of the frame's rows or columns, 0 to 1."""
    length = side.stop - side.start
    # At the frame's own edge nothing else knows more.
    before = places - side.start if side.start > 0 else np.full_like(places, length)
    behind = side.stop - places if side.stop < limit_px else np.full_like(places, length)
    share = np.minimum(before, behind) / (_FADE * length)
    return np.asarray(np.clip(share, _LEAST_SAY, 1), dtype=np.float64)
