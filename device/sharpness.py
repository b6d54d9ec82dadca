"""How wide the picture's sharpest edges are, where the garment is."""

from __future__ import annotations

import cv2
import numpy as np

from device.frame import Cutout, Float32Array, Frame

_REFERENCE_PX = 1600
"""Widths are told at this longer side: more pixels than the lens resolves are no blur."""
_TILE_PX = 64
_MOST_TILES = 12
_LEAST_CONTRAST = 40.0
"""Levels between the light and the dark of a tile; less shows no edge worth measuring."""
_BEST_SHARE = 0.2
"""The sharp tiles speak: a fold out of focus is no blurred picture."""


def edge_width_px(cutout: Cutout) -> float | None:
    """Width of the sharpest edges, in pixels of a picture whose longer side is 1600.

    Some tiles along the garment's outline are looked at, so that it takes as long for 12
    megapixels as for two. In each the contrast over the steepest slope is a width, for slopes
    across and slopes down apart, since a shaken picture stays sharp in one direction.

    Returns:
        The larger of the two directions' widths, or None where no tile has contrast.
    """
    frame = cutout.frame
    step = max(1.0, max(frame.height_px, frame.width_px) / _REFERENCE_PX)
    widths = [
        width
        for left, top in _places(cutout, round(_TILE_PX * step))
        if (width := _widths(_tile(frame, left, top, step))) is not None
    ]
    if not widths:
        return None
    return float(np.quantile(np.array(widths), _BEST_SHARE, axis=0).max())


def _places(cutout: Cutout, side_px: int) -> list[tuple[int, int]]:
    """Corners of tiles around points on the outline, spread evenly along it."""
    alpha = cutout.mask.alpha
    shrink = max(1, max(alpha.shape) // 256)
    small = np.where(alpha[::shrink, ::shrink] > 127, np.uint8(255), np.uint8(0))
    outlines, _ = cv2.findContours(small, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return []
    points = np.concatenate(outlines).reshape(-1, 2) * shrink
    chosen = points[:: max(1, len(points) // _MOST_TILES)][:_MOST_TILES]
    corner = np.clip(chosen - side_px // 2, 0, None)
    limit = np.maximum(0, np.array([alpha.shape[1], alpha.shape[0]]) - side_px)
    return [(int(x), int(y)) for x, y in np.minimum(corner, limit)]


def _tile(frame: Frame, left: int, top: int, step: float) -> Float32Array:
    side = round(_TILE_PX * step)
    part = frame.pixels[top : top + side, left : left + side, 1]
    if step > 1:
        size = (max(3, round(part.shape[1] / step)), max(3, round(part.shape[0] / step)))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return part.astype(np.float32)


def _widths(tile: Float32Array) -> tuple[float, float] | None:
    if min(tile.shape) < 8:
        return None
    smooth = cv2.GaussianBlur(tile, (3, 3), 0)  # The sensor's noise is no edge.
    dark, light = _ranked(smooth, 0.02), _ranked(smooth, 0.98)
    if light - dark < _LEAST_CONTRAST:
        return None
    across = cv2.absdiff(smooth[:, 2:], smooth[:, :-2])
    down = cv2.absdiff(smooth[2:], smooth[:-2])
    slopes = [max(_ranked(part, 0.995) / 2, 0.1) for part in (across, down)]
    return (light - dark) / slopes[0], (light - dark) / slopes[1]


def _ranked(values: cv2.typing.MatLike, share: float) -> float:
    """The value that a share of all do not exceed."""
    place = int(share * (values.size - 1))
    return float(np.partition(values, place, axis=None)[place])
