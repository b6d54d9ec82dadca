"""How wide the sharpest edges along the garment's outline are."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array, UInt8Array
from device.imaging.frame import Frame
from device.pipeline.cutout import Cutout

_REFERENCE_PX = 1600
"""Widths are measured at this longer side: more pixels than the lens resolves are no blur."""
_TILE_PX = 64
"""Large enough for the widest edge that is measured, with its blur."""
_MOST_TILES = 12
"""Enough to find each direction along an outline; the work is the same for all frames."""
_FINE_PX2, _MORE_PX2 = 1.0, 6.0
"""Variances of the blur that takes the noise away, and of the three that follow it."""
_MARGIN_PX = 6
"""Tiles are blurred in one picture: so far in, none has anything of its neighbour."""
_DIRECTIONS = 4
"""45 degrees apart: shake blurs across its own direction only."""
_LEAST_SLOPE = 1.2
"""Levels a pixel; less is noise, or too soft a shade to be an edge."""
_EDGE_PX = 6
"""So many pixels make an edge."""
_STEEP = 0.7
"""What reaches this share of the steepest slope lies in the middle of an edge."""
_LEAST_RATIO = 1.05
"""Of slopes before and after blurring, at least: the formula divides by what exceeds 1, and the
widths of wider edges cannot be separated."""
_WIDEST_PX = 30.0
"""Reported where an edge is wider than a tile can show."""
_CONTRAST = 50.0
"""Levels from dark to light in a tile; without a steep slope its edge is of the widest."""
_LEAST_TILES = 3
"""With fewer, a single reflection or label would decide."""
_SHARP_SHARE = 0.25
"""The sharpest quarter of the tiles decides: a fold out of focus is no blurred picture."""


def measure_edge_width_px(cutout: Cutout) -> float | None:
    """Return the width of the sharpest edges, for a picture whose longer side is at most 1600.

    The width is contrast over steepest slope. It cannot be measured so, because fabric has
    contrast of its own, but by blurring again: a sharp edge loses much of its slope, a soft one
    little (Zhuo and Sim, "Defocus map estimation from a single image", 2011). Some tiles along the
    garment's outline are measured, which takes as long for 12 megapixels as for two; each of four
    directions by itself, since a shaken picture stays sharp along the movement.

    Returns:
        Pixels, of the direction where it is widest; None where too few tiles show an edge in any.
    """
    tiles = _cut_tiles(cutout)
    if len(tiles) < _LEAST_TILES:
        return None
    fine = cv2.GaussianBlur(np.concatenate(tiles).astype(np.float32), (5, 5), math.sqrt(_FINE_PX2))
    blurs = _measure_blurs(np.asarray(fine, dtype=np.float32))
    found = [direction[~np.isnan(direction)] for direction in blurs.T]
    sharpest = [np.quantile(each, _SHARP_SHARE) for each in found if each.size >= _LEAST_TILES]
    if sharpest:
        return float(max(sharpest)) * math.sqrt(2 * math.pi)
    contrast = np.ptp(fine.reshape(len(tiles), -1), axis=1)
    # Light and dark, and nothing steep between them: an edge wider than a tile can show.
    return _WIDEST_PX if (contrast > _CONTRAST).sum() >= _LEAST_TILES else None


def _cut_tiles(cutout: Cutout) -> list[UInt8Array]:
    frame = cutout.frame
    step = max(1.0, max(frame.height_px, frame.width_px) / _REFERENCE_PX)
    side_px = round(_TILE_PX * step)
    if min(frame.height_px, frame.width_px) < side_px:
        return []
    return [_cut_tile(frame, left, top, side_px) for left, top in _find_corners(cutout, side_px)]


def _find_corners(cutout: Cutout, side_px: int) -> list[tuple[int, int]]:
    """Return left and top of tiles around points that are spread evenly along the outline."""
    alpha = cutout.mask.alpha
    shrink = max(1, max(alpha.shape) // 256)
    _, small = cv2.threshold(alpha[::shrink, ::shrink], 127, 255, cv2.THRESH_BINARY)
    outlines, _ = cv2.findContours(small, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return []
    points = np.concatenate(outlines).reshape(-1, 2) * shrink
    chosen = points[:: max(1, len(points) // _MOST_TILES)][:_MOST_TILES]
    limit = np.array([alpha.shape[1], alpha.shape[0]]) - side_px
    corners = np.clip(chosen - side_px // 2, 0, limit)
    return [(int(x), int(y)) for x, y in corners]


def _cut_tile(frame: Frame, left: int, top: int, side_px: int) -> UInt8Array:
    part = cv2.extractChannel(frame.pixels[top : top + side_px, left : left + side_px], 1)
    if side_px == _TILE_PX:
        return np.asarray(part, dtype=np.uint8)
    # Averaging by a factor below 2 costs five times as much and keeps no more.
    how = cv2.INTER_AREA if side_px >= 2 * _TILE_PX else cv2.INTER_LINEAR
    small = cv2.resize(part, (_TILE_PX, _TILE_PX), interpolation=how)
    return np.asarray(small, dtype=np.uint8)


def _measure_blurs(fine: Float32Array) -> npt.NDArray[np.float64]:
    """Return the standard deviation of each tile's blur by direction; NaN without an edge there.

    Args:
        fine: the tiles without noise, float32, shape (64 * n, 64), one below the other.

    Returns:
        float64, shape (n, 4).
    """
    coarse: cv2.typing.MatLike = fine
    for _ in range(3):
        coarse = cv2.blur(coarse, (5, 5))
    groups = len(fine) // _TILE_PX * _DIRECTIONS
    where, across, down = _find_slopes(fine)
    group = where // _TILE_PX**2 * _DIRECTIONS + _classify_directions(across, down)
    energy = across * across + down * down
    # Only the middle of an edge shows its width: slopes near the steepest of their group.
    middle = np.flatnonzero(energy >= _STEEP**2 * _find_maxima(energy, group, groups)[group])
    where, across, down = where[middle], across[middle], down[middle]
    group, energy = group[middle], energy[middle]
    flat = coarse.reshape(-1)
    wide = (flat[where + 1] - flat[where - 1]) / 2
    tall = (flat[where + _TILE_PX] - flat[where - _TILE_PX]) / 2
    remaining = (wide * across + tall * down) ** 2 / energy
    count = np.bincount(group, minlength=groups)
    before = np.bincount(group, energy, groups)
    after = np.maximum(np.bincount(group, remaining, groups), 1e-9)
    ratio = np.maximum(before / after, _LEAST_RATIO)
    variance = (_FINE_PX2 + _MORE_PX2 - ratio * _FINE_PX2) / (ratio - 1)
    blurs = np.sqrt(np.maximum(variance, 0.0))
    return np.where(count >= _EDGE_PX, blurs, np.nan).reshape(-1, _DIRECTIONS)


def _find_maxima(
    energy: Float32Array, group: npt.NDArray[np.intp], groups: int
) -> npt.NDArray[np.float32]:
    """Return the largest value of each group; 0 of an empty one."""
    order = np.argsort(group.astype(np.int16), kind="stable")
    ordered = group[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    most = np.zeros(groups, np.float32)
    if starts.size:
        most[ordered[starts]] = np.maximum.reduceat(energy[order], starts)
    return most


def _find_slopes(fine: Float32Array) -> tuple[npt.NDArray[np.intp], Float32Array, Float32Array]:
    """Return flat places of slopes that may be an edge, and the slopes there across and down."""
    across, down = np.zeros_like(fine), np.zeros_like(fine)
    across[:, 1:-1] = (fine[:, 2:] - fine[:, :-2]) / 2
    down[1:-1] = (fine[2:] - fine[:-2]) / 2
    near, far = _MARGIN_PX, _TILE_PX - _MARGIN_PX
    clear = np.zeros(fine.shape, np.bool_)
    clear.reshape(-1, _TILE_PX, _TILE_PX)[:, near:far, near:far] = True
    clear &= across * across + down * down > _LEAST_SLOPE**2
    where = np.flatnonzero(clear)
    return where, across.reshape(-1)[where], down.reshape(-1)[where]


def _classify_directions(across: Float32Array, down: Float32Array) -> npt.NDArray[np.int8]:
    """Return which of four directions a slope has, 45 degrees apart: 0 across, 2 down."""
    half = math.tan(math.pi / 8)
    wide, tall = np.abs(across), np.abs(down)
    slanted = np.where(across * down > 0, np.int8(1), np.int8(3))
    straight = np.where(tall < half * wide, np.int8(0), slanted)
    return np.where(wide < half * tall, np.int8(2), straight)
