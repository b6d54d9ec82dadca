"""Leaks made of labelled skin and hair, and the strokes of a person who wants them gone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from benchmarks.datasets.labelled import LabelledPicture
from benchmarks.datasets.pictures import BoolArray
from device.correction.stroke import Stroke
from device.imaging.arrays import UInt8Array

_LEAST_SHARE, _MOST_SHARE = 0.015, 0.08
"""Of the mask: what counts as a leak of about three in a hundred."""
_BRUSH = 0.6
"""The brush's radius, as a share of half the leak's width where it is widest."""
_POINTS = 24


@dataclass(frozen=True, slots=True)
class Leak:
    """A mask with a leak.

    Attributes:
        truth: uint8, the garment as it was labelled, 0 to 255.
        alpha: uint8, that and the leak.
        leak: where the leak is.
    """

    truth: UInt8Array
    alpha: UInt8Array
    leak: BoolArray


def find_leak(picture: LabelledPicture) -> Leak | None:
    """Return a picture's mask with a part of the body in it: the largest of about three in 100.

    Hands, legs, faces and heads of hair are such parts, as a model takes them for garment.
    """
    if picture.body is None or picture.bare:
        return None
    truth = np.round(picture.garment * 255).astype(np.uint8)
    garment = truth >= 128
    size = np.count_nonzero(garment)
    open_ = cv2.morphologyEx(
        (picture.body & ~garment).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)
    )
    touching = cv2.dilate(garment.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    _, parts, stats, _ = cv2.connectedComponentsWithStats(open_, connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA].astype(float)
    areas[0] = 0
    for part in np.argsort(-areas):
        share = areas[part] / max(1.0, size + areas[part])
        leak = parts == part
        if part and _LEAST_SHARE <= share <= _MOST_SHARE and (leak & touching).any():
            return Leak(truth, np.where(leak, np.uint8(255), truth), leak)
    return None


def draw_stroke(left: BoolArray) -> Stroke:
    """Return the stroke of a person through the largest part of what is left of a leak.

    Along its length, with a brush somewhat narrower than it is, and nowhere beyond it.
    """
    _, parts, stats, _ = cv2.connectedComponentsWithStats(left.astype(np.uint8), connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    part = parts == int(np.argmax(areas))
    depth = cv2.distanceTransform(np.pad(part, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    radius_px = max(1.0, _BRUSH * float(depth.max()))
    rows, columns = np.nonzero(part & (depth >= min(radius_px, float(depth.max()))))
    places = np.stack([columns, rows], axis=1).astype(np.float64)
    centred = places - places.mean(axis=0)
    _, _, axes = np.linalg.svd(centred[:: -(-len(centred) // 2000)], full_matrices=False)
    along = centred @ axes[0]
    edges = np.linspace(along.min(), along.max() + 1e-6, _POINTS + 1)
    weight = depth[rows, columns]
    points = []
    for low, high in pairwise(edges):
        here = np.flatnonzero((along >= low) & (along < high))
        if here.size:
            x, y = places[here[np.argmax(weight[here])]]
            points.append((float(x), float(y)))
    return Stroke("erase", radius_px, tuple(points))
