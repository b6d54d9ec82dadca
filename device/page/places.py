"""Where in a shot the reasons of its verdict are: drawn on the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.pipeline.cutout import Cutout
from device.verdict.verdict import (
    EDGE_UNSURE,
    HOLES,
    ISLANDS,
    MANNEQUIN_LEAK,
    MASK_UNSURE,
    NOTHING_FOUND,
    OVER_EXPOSED,
    TOUCHES_EDGE,
)

_MOST = 4
"""Boxes of one reason; more hide the garment."""
_CLIPPED_LEVEL = 253
_LEAST_SHARE = 0.0004
"""Of the frame: smaller places cannot be seen on a tablet."""
_STRIP = 0.03
"""Of the frame's side, for the edge that cuts a garment."""

Box = tuple[float, float, float, float]
"""Left, top, width and height as shares of the frame."""


def find_places(
    reasons: Sequence[str], weakest: Box | None, frame: Frame, alpha: UInt8Array
) -> list[dict[str, object]]:
    """Return a place for each reason that has one.

    Args:
        reasons: of the verdict.
        weakest: where the mask is least certain; None for nowhere.
        frame: the shot's picture, small.
        alpha: its mask, uint8 of the small picture's height and width.

    Returns:
        ``{"reason": …, "box": [left, top, width, height]}``, in shares of the frame.
    """
    finders: dict[str, Callable[[], Sequence[Box]]] = {
        TOUCHES_EDGE: lambda: _find_cut_edges(alpha),
        OVER_EXPOSED: lambda: _find_blown(frame, alpha),
        HOLES: lambda: _find_outlines(alpha, holes=True),
        ISLANDS: lambda: _find_outlines(alpha, holes=False),
    }
    weak = () if weakest is None else (weakest,)
    found: list[dict[str, object]] = []
    for reason in reasons:
        at_weakest = reason in {EDGE_UNSURE, MASK_UNSURE, MANNEQUIN_LEAK, NOTHING_FOUND}
        boxes = weak if at_weakest else finders.get(reason, tuple)()
        found += [
            {"reason": reason, "box": [round(side, 4) for side in box]} for box in boxes[:_MOST]
        ]
    return found


def to_shares(box: tuple[int, int, int, int] | None, cutout: Cutout) -> Box | None:
    """Return a box in a cutout's pixels as shares of its frame."""
    if box is None:
        return None
    across, down = cutout.frame.width_px, cutout.frame.height_px
    return box[0] / across, box[1] / down, box[2] / across, box[3] / down


def _find_cut_edges(alpha: UInt8Array) -> Sequence[Box]:
    """Return a strip along each edge of the frame that garment lies on."""
    height, width = alpha.shape
    boxes: list[Box] = []
    for line, at in ((alpha[0], 0.0), (alpha[-1], 1 - _STRIP)):
        if (on := np.flatnonzero(line > 127)).size:
            boxes.append((on[0] / width, at, (on[-1] - on[0] + 1) / width, _STRIP))
    for line, at in ((alpha[:, 0], 0.0), (alpha[:, -1], 1 - _STRIP)):
        if (on := np.flatnonzero(line > 127)).size:
            boxes.append((at, on[0] / height, _STRIP, (on[-1] - on[0] + 1) / height))
    return boxes


def _find_blown(frame: Frame, alpha: UInt8Array) -> Sequence[Box]:
    """Return the largest areas of the garment where a channel is at its end."""
    red, green, blue = cv2.split(frame.pixels)
    brightest = cv2.max(cv2.max(red, green), blue)
    blown = ((brightest >= _CLIPPED_LEVEL) & (alpha > 127)).astype(np.uint8)
    # Fabric is blown in threads and dots that belong together.
    joined = cv2.morphologyEx(blown, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return _take_largest(outlines, alpha.shape)


def _find_outlines(alpha: UInt8Array, *, holes: bool) -> Sequence[Box]:
    """Return the garment's holes, or its parts but the largest."""
    _, garment = cv2.threshold(alpha, 127, 1, cv2.THRESH_BINARY)
    outlines, tree = cv2.findContours(garment, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if tree is None:
        return ()
    chosen = [each for each, row in zip(outlines, tree[0], strict=True) if (row[3] >= 0) == holes]
    return _take_largest(chosen, alpha.shape, skip=0 if holes else 1)


def _take_largest(outlines: Sequence[Any], shape: tuple[int, ...], skip: int = 0) -> Sequence[Box]:
    height, width = shape[:2]
    least = _LEAST_SHARE * height * width
    largest = sorted(outlines, key=cv2.contourArea, reverse=True)[skip:]
    boxes = [cv2.boundingRect(each) for each in largest if cv2.contourArea(each) >= least]
    return [
        (left / width, top / height, across / width, down / height)
        for left, top, across, down in boxes
    ]
