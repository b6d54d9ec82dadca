"""How wide the picture's sharpest edges are, where the garment is."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array, UInt8Array
from device.imaging.frame import Frame
from device.pipeline.cutout import Cutout

_REFERENCE_PX = 1600
"""Widths are told at this longer side: more pixels than the lens resolves are no blur."""
_TILE_PX = 64
_MOST_TILES = 12
_FINE_PX2, _MORE_PX2 = 1.0, 6.0
"""Variances of the blur that takes the noise away, and of the three that follow it."""
_MARGIN_PX = 6
"""Tiles are blurred side by side: so far in, none has anything of its neighbour."""
_DIRECTIONS = 4
_LEAST_SLOPE = 1.2
"""Levels a pixel; less is noise, or too soft a shade to be an edge."""
_EDGE_PX = 6
"""So many pixels make an edge."""
_STEEP = 0.7
"""What reaches this share of the steepest slope lies in the middle of an edge."""
_LEAST_RATIO = 1.05
"""Of slopes before and after: where hardly any is lost, the edge is about as wide as the next."""
_WIDEST_PX = 30.0
_CONTRAST = 50.0
"""Levels from dark to light in a tile; without a steep slope its edge is of the widest."""
_LEAST_TILES = 3
_SHARP_SHARE = 0.25
"""The sharp tiles speak: a fold out of focus is no blurred picture."""


def edge_width_px(cutout: Cutout) -> float | None:
    """Width of the sharpest edges, in pixels of a picture whose longer side is at most 1600.

    The width is contrast over steepest slope. It is not measured so, for fabric has contrast of
    its own, but by blurring again: a sharp edge's slope suffers much, a soft one's little (Zhuo
    and Sim, "Defocus map estimation from a single image", 2011). Some tiles along the garment's
    outline are looked at, so that it takes as long for 12 megapixels as for two; each of four
    directions by itself, since a shaken picture stays sharp along the movement.

    Returns:
        The widest of the directions; None where too few tiles show an edge in any.
    """
    tiles = _tiles(cutout)
    if len(tiles) < _LEAST_TILES:
        return None
    fine = cv2.GaussianBlur(np.concatenate(tiles).astype(np.float32), (5, 5), math.sqrt(_FINE_PX2))
    spreads = _spreads(np.asarray(fine, dtype=np.float32))
    seen = [direction[~np.isnan(direction)] for direction in spreads.T]
    told = [np.quantile(each, _SHARP_SHARE) for each in seen if each.size >= _LEAST_TILES]
    if told:
        return float(max(told)) * math.sqrt(2 * math.pi)
    contrast = np.ptp(fine.reshape(len(tiles), -1), axis=1)
    # Light and dark, and nothing steep between them: an edge wider than can be told.
    return _WIDEST_PX if (contrast > _CONTRAST).sum() >= _LEAST_TILES else None


def _tiles(cutout: Cutout) -> list[UInt8Array]:
    frame = cutout.frame
    step = max(1.0, max(frame.height_px, frame.width_px) / _REFERENCE_PX)
    side_px = round(_TILE_PX * step)
    if min(frame.height_px, frame.width_px) < side_px:
        return []
    return [_tile(frame, left, top, side_px) for left, top in _places(cutout, side_px)]


def _places(cutout: Cutout, side_px: int) -> list[tuple[int, int]]:
    """Corners of tiles around points on the outline, spread evenly along it."""
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


def _tile(frame: Frame, left: int, top: int, side_px: int) -> UInt8Array:
    part = cv2.extractChannel(frame.pixels[top : top + side_px, left : left + side_px], 1)
    if side_px == _TILE_PX:
        return np.asarray(part, dtype=np.uint8)
    # Averaging by a factor below 2 costs five times as much and keeps no more.
    how = cv2.INTER_AREA if side_px >= 2 * _TILE_PX else cv2.INTER_LINEAR
    small = cv2.resize(part, (_TILE_PX, _TILE_PX), interpolation=how)
    return np.asarray(small, dtype=np.uint8)


def _spreads(fine: Float32Array) -> npt.NDArray[np.float64]:
    """Standard deviation of each tile's blur by direction; NaN where it has no edge in one.

    Args:
        fine: the tiles without noise, float32, shape (64 * n, 64), one below the other.

    Returns:
        float64, shape (n, 4).
    """
    coarse: cv2.typing.MatLike = fine
    for _ in range(3):
        coarse = cv2.blur(coarse, (5, 5))
    groups = len(fine) // _TILE_PX * _DIRECTIONS
    where, across, down = _steep(fine)
    group = where // _TILE_PX**2 * _DIRECTIONS + _directions(across, down)
    energy = across * across + down * down
    # Only the middle of an edge tells its width: what comes near its own steepest slope.
    middle = np.flatnonzero(energy >= _STEEP**2 * _most(energy, group, groups)[group])
    where, across, down = where[middle], across[middle], down[middle]
    group, energy = group[middle], energy[middle]
    flat = coarse.reshape(-1)
    wide = (flat[where + 1] - flat[where - 1]) / 2
    tall = (flat[where + _TILE_PX] - flat[where - _TILE_PX]) / 2
    left = (wide * across + tall * down) ** 2 / energy
    count = np.bincount(group, minlength=groups)
    before = np.bincount(group, energy, groups)
    after = np.maximum(np.bincount(group, left, groups), 1e-9)
    ratio = np.maximum(before / after, _LEAST_RATIO)
    variance = (_FINE_PX2 + _MORE_PX2 - ratio * _FINE_PX2) / (ratio - 1)
    spreads = np.sqrt(np.maximum(variance, 0.0))
    return np.where(count >= _EDGE_PX, spreads, np.nan).reshape(-1, _DIRECTIONS)


def _most(
    energy: Float32Array, group: npt.NDArray[np.intp], groups: int
) -> npt.NDArray[np.float32]:
    """The largest of each group; 0 of an empty one."""
    order = np.argsort(group.astype(np.int16), kind="stable")
    ordered = group[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    most = np.zeros(groups, np.float32)
    if starts.size:
        most[ordered[starts]] = np.maximum.reduceat(energy[order], starts)
    return most


def _steep(fine: Float32Array) -> tuple[npt.NDArray[np.intp], Float32Array, Float32Array]:
    """Flat places of slopes worth looking at, and the slopes there across and down."""
    across, down = np.zeros_like(fine), np.zeros_like(fine)
    across[:, 1:-1] = (fine[:, 2:] - fine[:, :-2]) / 2
    down[1:-1] = (fine[2:] - fine[:-2]) / 2
    near, far = _MARGIN_PX, _TILE_PX - _MARGIN_PX
    clear = np.zeros(fine.shape, np.bool_)
    clear.reshape(-1, _TILE_PX, _TILE_PX)[:, near:far, near:far] = True
    clear &= across * across + down * down > _LEAST_SLOPE**2
    where = np.flatnonzero(clear)
    return where, across.reshape(-1)[where], down.reshape(-1)[where]


def _directions(across: Float32Array, down: Float32Array) -> npt.NDArray[np.int8]:
    """Which of four directions a slope has, 45 degrees apart: 0 across, 2 down."""
    half = math.tan(math.pi / 8)
    wide, tall = np.abs(across), np.abs(down)
    slanted = np.where(across * down > 0, np.int8(1), np.int8(3))
    straight = np.where(tall < half * wide, np.int8(0), slanted)
    return np.where(wide < half * tall, np.int8(2), straight)
