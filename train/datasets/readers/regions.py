"""Draw regions: polygons, and run-length codes as COCO writes them, as a list or a string.

pycocotools does not check its input: a run-length code of another picture makes it read and
write out of bounds. So this module checks everything first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from train.arrays import UInt8Array
from train.datasets.decoding import MAX_PIXELS
from train.datasets.label_choice import LabelChoice


class BadRegionError(Exception):
    """A region cannot be drawn; the message says why."""


class BadSizeError(Exception):
    """A file declares a size that no picture has; the message says which."""


def make_blank_mask(size: tuple[int, int]) -> UInt8Array:
    """Return an empty mask, uint8 (height, width), of the size that a file declares.

    Raises:
        BadSizeError: a side is below 1, or the mask would have more than ``MAX_PIXELS``.
    """
    height, width = size
    if min(size) < 1 or height * width > MAX_PIXELS:
        raise BadSizeError(f"is declared as {width}x{height}, which no picture is")
    return np.zeros(size, np.uint8)


@dataclass(frozen=True, slots=True)
class Drawable:
    """A labelled region that can be drawn.

    Attributes:
        name: its name in messages.
        label: its label.
        draw: fills it for a size (height, width): uint8, 255 inside; raises BadRegionError.
    """

    name: str
    label: str
    draw: Callable[[tuple[int, int]], UInt8Array]


def draw_masks(
    regions: Iterable[Drawable], size: tuple[int, int], choice: LabelChoice
) -> tuple[UInt8Array, UInt8Array | None]:
    """Draw the garment mask and the body mask of one picture.

    Args:
        regions: all regions of the picture.
        size: declared height and width of the picture.
        choice: which labels are garment and which are body.

    Returns:
        Two masks, uint8 (height, width), 255 inside; the second is None if no label is body.

    Raises:
        BadSizeError: no picture has that size.
        BadRegionError: a region cannot be drawn.
    """
    garment, body = make_blank_mask(size), make_blank_mask(size)
    for region in regions:
        if region.label in choice.rest:
            continue
        try:
            drawn = region.draw(size)
        except BadRegionError as error:
            raise BadRegionError(f"{region.name} ({region.label}) {error}") from error
        target = garment if region.label in choice.garment else body
        np.maximum(target, drawn, out=target)
    return garment, body if choice.body else None


def draw_polygons(polygons: Sequence[Sequence[float]], size: tuple[int, int]) -> UInt8Array:
    """Fill polygons as the COCO tools do.

    Args:
        polygons: each x0, y0, x1, y1, … in pixels; (0, 0) is the corner of the first pixel.
        size: height and width of the picture.

    Returns:
        uint8 (height, width), 255 inside at least one polygon.

    Raises:
        BadRegionError: a polygon has fewer than three points, or reaches far outside.
    """
    from pycocotools import mask as coco_mask  # noqa: PLC0415 - compiled, and only drawing needs it

    height, width = size
    for polygon in polygons:
        if len(polygon) < 6 or len(polygon) % 2:
            raise BadRegionError(f"has a polygon of {len(polygon)} numbers, not of three points")
        far = 2 * max(height, width)
        if not all(
            isinstance(each, (int, float)) and math.isfinite(each) and abs(each) <= far
            for each in polygon
        ):
            raise BadRegionError(f"has a polygon far outside its picture of {width}x{height}")
    # Merge before drawing: a brush stroke may be hundreds of masks as large as the picture.
    merged = coco_mask.merge(coco_mask.frPyObjects([list(p) for p in polygons], height, width))
    return np.asarray(coco_mask.decode(merged) * np.uint8(255), np.uint8)


def scale_outline(region: object, across: float, down: float) -> object:
    """Return the polygons of a region scaled; whatever else it is stays as it is."""
    if not isinstance(region, list) or (across, down) == (1, 1):
        return region
    polygons = region if region and isinstance(region[0], list) else [region]
    if not all(isinstance(value, (int, float)) for each in polygons for value in each):
        return region
    return [
        [value * (down if place % 2 else across) for place, value in enumerate(each)]
        for each in polygons
    ]


def draw_region(region: object, size: tuple[int, int]) -> UInt8Array:
    """Draw one ``segmentation`` of a COCO annotation.

    Args:
        region: a list of polygons, or ``{"size": [height, width], "counts": …}`` with counts as
            a list (uncompressed) or a string (compressed).
        size: height and width of the picture.

    Returns:
        uint8 (height, width), 255 inside.

    Raises:
        BadRegionError: the region is empty, malformed, or of another size.
    """
    if isinstance(region, dict):
        return _draw_runs(region, size)
    if not isinstance(region, list) or not region:
        raise BadRegionError("is a box without an outline")
    polygons = region if isinstance(region[0], list) else [region]
    if not all(isinstance(polygon, list) for polygon in polygons):
        raise BadRegionError("has a malformed polygon")
    return draw_polygons(polygons, size)


def _draw_runs(region: dict[str, object], size: tuple[int, int]) -> UInt8Array:
    from pycocotools import mask as coco_mask  # noqa: PLC0415 - compiled, and only drawing needs it

    counts = region.get("counts")
    if region.get("size") != list(size):
        raise BadRegionError(
            f"is run-length coded for height and width {region.get('size')}, "
            f"its picture has {list(size)}"
        )
    runs = _unpack_runs(counts) if isinstance(counts, str) else counts
    if not isinstance(runs, list) or not all(isinstance(run, int) and run >= 0 for run in runs):
        raise BadRegionError("has malformed runs")
    height, width = size
    if sum(runs) != height * width:
        raise BadRegionError(f"has runs of {sum(runs)} pixels, its picture has {height * width}")
    code = coco_mask.frPyObjects({"size": list(size), "counts": runs}, height, width)
    return np.asarray(coco_mask.decode(code) * 255, np.uint8)


def _unpack_runs(packed: str) -> list[int]:
    """Unpack a compressed code: 5 bits a character; from the third run on, differences."""
    runs: list[int] = []
    value = shift = 0
    for character in packed:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or shift > 30:
            raise BadRegionError("has a malformed run-length code")
        value |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            if bits & 16:
                value -= 1 << shift
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value = shift = 0
    if shift:
        raise BadRegionError("has a run-length code that is cut short")
    return runs
