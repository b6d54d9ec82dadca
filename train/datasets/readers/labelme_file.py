"""Read one LabelMe JSON file, and draw its shapes."""

from __future__ import annotations

import base64
import binascii
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from train.arrays import UInt8Array
from train.datasets.readers.regions import BadRegionError, draw_polygons
from train.json_file import read_json

# A polygon of 128 sides is off a circle of radius 160 pixels by less than 0.05 pixels.
_CIRCLE_SIDES = 128
_UNFILLED = ("point", "line", "linestrip", "points")  # shapes without an inside


class NotLabelMeError(Exception):
    """A JSON file is damaged, or no LabelMe file.

    Attributes:
        is_foreign: whether it is sound JSON of something else.
    """

    is_foreign = False


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape.

    Attributes:
        label: its name.
        kind: ``polygon``, ``rectangle``, ``circle``, ``mask``, or a kind that has no inside.
        points: x and y in pixels.
        mask: base64 PNG of a painted mask, "" for other kinds.
    """

    label: str
    kind: str
    points: tuple[tuple[float, float], ...]
    mask: str

    def draw(self, size: tuple[int, int]) -> UInt8Array:
        """Fill the shape: uint8 (height, width), 255 inside.

        Raises:
            BadRegionError: the shape has no inside, or is malformed.
        """
        if self.kind in _UNFILLED:
            raise BadRegionError(f"is a {self.kind}, which has no inside")
        if self.kind == "mask":
            return self._paint(size)
        return draw_polygons([[value for point in self._list_corners() for value in point]], size)

    def _list_corners(self) -> list[tuple[float, float]]:
        points = list(self.points)
        if self.kind == "rectangle" and len(points) == 2:
            (left, top), (right, bottom) = points
            return [(left, top), (right, top), (right, bottom), (left, bottom)]
        if self.kind == "circle" and len(points) == 2:
            (x, y), edge = points
            radius = math.dist((x, y), edge)
            angles = (2 * math.pi * side / _CIRCLE_SIDES for side in range(_CIRCLE_SIDES))
            return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]
        if self.kind in ("polygon", "rectangle") and len(points) > 2:
            return points
        raise BadRegionError(f"is a {self.kind} of {len(points)} points, which cannot be drawn")

    def _paint(self, size: tuple[int, int]) -> UInt8Array:
        """Paste the mask into the box between the two points, both included."""
        try:
            content = io.BytesIO(base64.b64decode(self.mask, validate=True))
            mask = np.asarray(Image.open(content).convert("L")) > 0
            left, top = (round(value) for value in self.points[0])
        except (binascii.Error, OSError, ValueError, IndexError) as error:
            raise BadRegionError("has a damaged mask") from error
        drawn = np.zeros(size, np.uint8)
        height, width = mask.shape
        if left < 0 or top < 0 or top + height > size[0] or left + width > size[1]:
            raise BadRegionError("has a mask that reaches outside its picture")
        drawn[top : top + height, left : left + width] = mask * 255
        return drawn


@dataclass(frozen=True, slots=True)
class LabelMeFile:
    """One annotated picture.

    Attributes:
        image_path: path of the picture, as written in the file.
        embedded: bytes of the picture, or None if it is not embedded.
        size: height and width in pixels; None if the file lacks them.
        shapes: the shapes drawn on the picture.
    """

    image_path: str
    embedded: bytes | None
    size: tuple[int, int] | None
    shapes: tuple[Shape, ...]


def read_labelme(path: Path) -> LabelMeFile:
    """Read one file.

    Raises:
        NotLabelMeError: the file is damaged, or no LabelMe file.
    """
    try:
        content: dict[str, Any] = read_json(path)
        if not isinstance(content, dict) or "shapes" not in content:
            is_coco = isinstance(content, dict) and "annotations" in content
            what = "is COCO JSON: use `import coco`" if is_coco else "has no shapes"
            foreign = NotLabelMeError(f"is no LabelMe file, it {what}")
            foreign.is_foreign = True
            raise foreign
        shapes = tuple(
            Shape(
                label=str(each["label"]),
                kind=str(each.get("shape_type") or "polygon"),
                points=tuple((float(x), float(y)) for x, y in each["points"]),
                mask=str(each.get("mask") or ""),
            )
            for each in content["shapes"]
        )
        embedded = content.get("imageData")
        sides = content.get("imageHeight"), content.get("imageWidth")
        return LabelMeFile(
            image_path=str(content.get("imagePath") or ""),
            embedded=base64.b64decode(embedded, validate=True) if embedded else None,
            size=(int(sides[0]), int(sides[1])) if sides[0] and sides[1] else None,
            shapes=shapes,
        )
    except (OSError, ValueError, OverflowError, KeyError, TypeError, AttributeError) as error:
        raise NotLabelMeError(
            f"is no LabelMe file, or damaged ({type(error).__name__}: {error})"
        ) from error
