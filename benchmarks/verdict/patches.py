"""Colours and pieces of a picture moved to other places in it."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.datasets.labelled import LabelledPicture
from benchmarks.datasets.linear_light import Rng
from benchmarks.datasets.pictures import BoolArray
from device.imaging.arrays import Float32Array


def find_backdrop(picture: LabelledPicture) -> Float32Array:
    """Return float32 (height, width), 1 where there is neither garment nor wearer."""
    free = 1 - cv2.dilate(picture.garment, np.ones((3, 3), np.uint8))
    worn = free if picture.body is None else free * ~picture.body
    return np.asarray(worn, dtype=np.float32)


def spread_colours(pixels: Float32Array, weight: Float32Array) -> Float32Array:
    """Smooth the colours where there is weight and extrapolate them everywhere else."""
    small = (64, 64)
    known = cv2.resize(weight, small, interpolation=cv2.INTER_AREA)
    sums = cv2.resize(pixels * weight[..., None], small, interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(sums, (0, 0), 4), cv2.GaussianBlur(known, (0, 0), 4)
    far = cv2.GaussianBlur(sums, (0, 0), 24), cv2.GaussianBlur(known, (0, 0), 24)
    total = near[0] + far[0] * 1e-2, near[1] + far[1] * 1e-2
    colours = total[0] / np.maximum(total[1], 1e-6)[..., None]
    size = (pixels.shape[1], pixels.shape[0])
    return np.asarray(cv2.resize(colours, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def stick_patches(
    picture: LabelledPicture, count: int, rng: Rng, *, onto: BoolArray, of: BoolArray
) -> LabelledPicture:
    """Stick on discs of other pixels, each 3% of the garment, that do not touch each other.

    There are fewer where there is no room for all of them.

    Args:
        picture: what they are stuck on.
        count: how many.
        rng: chooses the places.
        onto: bool, shape (height, width), where they may lie.
        of: bool, shape (height, width), where they are copied from.
    """
    radius = max(3, round(math.sqrt(0.03 * float(picture.garment.sum()) / math.pi)))
    depth = _measure_depth(of)
    deep = np.argwhere(depth >= min(radius + 1, 0.7 * depth.max()))
    room = onto.copy()
    pixels, garment = picture.pixels.copy(), picture.garment.copy()
    for _ in range(count):
        free = np.argwhere(_measure_depth(room) > radius + 4)
        if not len(free) or not len(deep):
            break
        to, given = rng.choice(free), rng.choice(deep)
        reach = max(1, min(radius, int(0.95 * depth[tuple(given)]) - 1))
        steps = np.arange(-reach, reach + 1)
        disc = np.hypot(steps[:, None], steps[None]) <= reach
        there = _slice_square(to, reach)
        pixels[there][disc] = picture.pixels[_slice_square(given, reach)][disc]
        garment[there][disc] = picture.garment[_slice_square(given, reach)][disc]
        room[_slice_square(to, radius + 4)] = False
    return replace(picture, pixels=pixels, garment=garment)


def _measure_depth(where: BoolArray) -> Float32Array:
    """Return each pixel's distance to the nearest one outside `where` or the picture."""
    bordered = cv2.copyMakeBorder(where.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = cv2.distanceTransform(bordered, cv2.DIST_L2, 5)[1:-1, 1:-1]
    return np.asarray(depth, dtype=np.float32)


def _slice_square(middle: npt.NDArray[np.int64], reach: int) -> tuple[slice, slice]:
    row, column = int(middle[0]), int(middle[1])
    return (
        slice(max(0, row - reach), row + reach + 1),
        slice(max(0, column - reach), column + reach + 1),
    )
