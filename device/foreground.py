"""The garment's own colour where its edge is soft."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from device.band import in_parts
from device.cores import side_by_side
from device.edge import sample
from device.frame import Float32Array, Frame, UInt8Array
from device.region import Region

_WINDOW_PX = 9
"""Of the model's picture: wide enough to reach pure colours across a cell's soft edge."""
_PURITY = 6.0
_LEAST_WEIGHT = 1e-3


@dataclass(frozen=True, slots=True)
class EdgeColours:
    """What to show instead of the frame's own pixels.

    Attributes:
        where: flat indices into the frame's pixels, only of those with an alpha of 1 to 254.
        colours: uint8, shape (len(where), 3), in the frame's colour order.
    """

    where: npt.NDArray[np.intp]
    colours: UInt8Array


def edge_colours(
    alpha: UInt8Array,
    small_alpha: UInt8Array,
    picture: UInt8Array,
    frame: Frame,
    *,
    swapped: bool,
    region: Region | None = None,
) -> EdgeColours:
    """Estimate the garment's colour under each half-transparent pixel.

    M. Forte, "Approximate Fast Foreground Colour Estimation" (ICIP 2021): the garment's and the
    surroundings' colours are blurred into the edge from where they are pure, and what a pixel
    differs from their mixture is given to the garment by its share. The blur is done on the
    model's picture and only looked up at the frame's pixels.

    Args:
        alpha: uint8, shape (height, width) of the frame.
        small_alpha: uint8, the same mask at the size of ``picture``.
        picture: the frame as the model saw it, without fill, uint8, shape (height, width, 3).
        frame: the frame.
        swapped: whether the picture's channel order is the reverse of the frame's.
        region: the part of the frame that the picture shows, None for all.
    """
    region = region or Region.whole(frame)
    soft = cv2.inRange(alpha[region.rows, region.columns], np.array(1), np.array(254))
    inside = np.flatnonzero(np.asarray(soft, dtype=np.uint8).view(np.bool_))
    where = region.on_frame(inside, frame)
    if where.size == 0:
        return EdgeColours(where, np.zeros((0, 3), np.uint8))
    garment, around = _spread(small_alpha, picture)
    size = (region.width_px, region.height_px)
    pixels, alphas = frame.pixels.reshape(-1, 3), alpha.reshape(-1)

    def colours(inside: npt.NDArray[np.intp]) -> UInt8Array:
        where = region.on_frame(inside, frame)
        front, behind = sample(garment, inside, size), sample(around, inside, size)
        if swapped:
            front, behind = front[:, ::-1], behind[:, ::-1]
        seen = pixels.take(where, axis=0).astype(np.float32)
        share = alphas[where].astype(np.float32)[:, None] * np.float32(1 / 255)
        shown = front + share * (seen - share * front - (1 - share) * behind)
        return np.asarray(np.clip(shown + np.float32(0.5), 0, 255), dtype=np.uint8)

    return EdgeColours(where, np.concatenate(list(side_by_side(colours, in_parts(inside)))))


def _spread(alpha: UInt8Array, picture: UInt8Array) -> tuple[Float32Array, Float32Array]:
    """Garment and surroundings, each blurred beyond its own edge, 0 to 255."""
    fields = np.zeros((2, *picture.shape), np.float32)
    left, top, width, height = cv2.boundingRect(alpha)
    reach = _WINDOW_PX
    near = (
        slice(max(0, top - reach), top + height + reach),
        slice(max(0, left - reach), left + width + reach),
    )
    colour = picture[near].astype(np.float32)
    share = alpha[near].astype(np.float32) * np.float32(1 / 255)
    for field, part in zip(fields, (share, 1 - share), strict=True):
        # A high power, so that mixed pixels say next to nothing about either side.
        weight = cv2.pow(part, _PURITY)
        weighted = colour * cv2.merge([weight, weight, weight])
        total = cv2.boxFilter(weighted, cv2.CV_32F, (_WINDOW_PX, _WINDOW_PX))
        weights = cv2.boxFilter(weight, cv2.CV_32F, (_WINDOW_PX, _WINDOW_PX)) + _LEAST_WEIGHT
        # Where no pure pixel is near, what is seen stays.
        field[near] = (total + _LEAST_WEIGHT * colour) / cv2.merge([weights, weights, weights])
    return fields[0], fields[1]
