"""One stroke of a brush."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeGuard, cast

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.region import Region

MOST_POINTS = 2000
LARGEST_RADIUS_PX = 2000.0
_LARGEST_PX = 1e6
# Of `cv2.polylines`: sixteenths of a pixel.
_SHIFT = 4

Mode = Literal["erase", "restore"]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A hint: what is under the brush does not belong to the garment, or does.

    Attributes:
        mode: ``erase`` for what is no garment, ``restore`` for what is.
        radius_px: of the brush, in the frame's pixels.
        points: (x, y) in the frame's pixels, in the order in which they were drawn.
    """

    mode: Mode
    radius_px: float
    points: tuple[tuple[float, float], ...]

    def find_box(self, margin_px: float) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of the points, widened by a margin."""
        xs, ys = zip(*self.points, strict=True)
        return (
            min(xs) - margin_px,
            min(ys) - margin_px,
            max(xs) + margin_px,
            max(ys) + margin_px,
        )

    def draw(self, region: Region, shape: tuple[int, int], radius_px: float) -> UInt8Array:
        """Draw the stroke on a small picture of a region.

        Args:
            region: of the frame.
            shape: rows and columns of the small picture.
            radius_px: of the brush, in the frame's pixels.

        Returns:
            uint8 of that shape, 255 under the brush.
        """
        canvas = np.zeros(shape, np.uint8)
        scale = np.array([shape[1] / region.width_px, shape[0] / region.height_px])
        corner = np.array([region.left_px, region.top_px])
        places = (np.array(self.points) + 0.5 - corner) * scale - 0.5
        fixed = np.round(places * 2**_SHIFT).astype(np.int32)
        radius = radius_px * float(scale.mean())
        if len(fixed) > 1:
            thickness = max(1, round(2 * radius))
            cv2.polylines(
                canvas, [fixed], isClosed=False, color=(255,), thickness=thickness, shift=_SHIFT
            )
        for x, y in fixed[[0, -1]]:
            size = max(1, round(radius * 2**_SHIFT))
            cv2.circle(canvas, (int(x), int(y)), size, (255,), -1, shift=_SHIFT)
        return canvas

    def describe(self) -> dict[str, object]:
        """Return the stroke as messages and files have it."""
        points = [[round(x, 2), round(y, 2)] for x, y in self.points]
        return {"mode": self.mode, "radius_px": round(self.radius_px, 2), "points": points}


def read_stroke(fields: object) -> Stroke:
    """Return the stroke that a message or a file describes.

    Raises:
        ValueError: it is none; the sentence says why.
    """
    if not isinstance(fields, Mapping):
        raise ValueError("a stroke is no JSON object")  # noqa: TRY004 - of a text
    mode, radius_px = fields.get("mode"), fields.get("radius_px")
    if mode not in {"erase", "restore"}:
        raise ValueError("the mode of a stroke is neither erase nor restore")
    if not _is_number(radius_px) or not 0.5 <= radius_px <= LARGEST_RADIUS_PX:
        raise ValueError(f"radius_px of a stroke is not 0.5 to {LARGEST_RADIUS_PX:g}")
    points = fields.get("points")
    if not isinstance(points, Sequence) or not 1 <= len(points) <= MOST_POINTS:
        raise ValueError(f"points of a stroke is not a list of 1 to {MOST_POINTS} points")
    return Stroke(cast("Mode", mode), float(radius_px), tuple(map(_read_point, points)))


def _read_point(point: object) -> tuple[float, float]:
    if not isinstance(point, Sequence) or len(point) != 2 or not all(map(_is_number, point)):
        raise ValueError("a point of a stroke is not [x, y]")
    x, y = (float(each) for each in point)
    if not (abs(x) < _LARGEST_PX and abs(y) < _LARGEST_PX):
        raise ValueError("a point of a stroke is far outside the picture")
    return x, y


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
