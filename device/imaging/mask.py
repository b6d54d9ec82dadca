"""A garment's mask: which pixels of a frame belong to it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from device.imaging.arrays import UInt8Array
from device.imaging.region import Region


@dataclass(frozen=True, slots=True)
class Mask:
    """The garment in frame coordinates.

    Attributes:
        alpha: uint8, shape (height, width) of the frame; 0 none, 255 all garment.
        garment_share: share of the frame's pixels with alpha >= 128, 0 to 1.
        bbox: (left, top, width, height) in pixels of alpha >= 128, or None when empty.
    """

    alpha: UInt8Array
    garment_share: float
    bbox: tuple[int, int, int, int] | None


def make_mask(alpha: UInt8Array, region: Region | None = None) -> Mask:
    """Measure an alpha into a `Mask`.

    Args:
        alpha: uint8, shape (height, width) of the frame.
        region: the part of the frame outside of which there is no garment, None for all.
    """
    part = alpha if region is None else alpha[region.rows, region.columns]
    _, garment = cv2.threshold(part, 127, 255, cv2.THRESH_BINARY)
    pixels = cv2.countNonZero(garment)
    if pixels == 0:
        return Mask(alpha=alpha, garment_share=0.0, bbox=None)
    left, top, width, height = cv2.boundingRect(garment)
    if region is not None:
        left, top = left + region.left_px, top + region.top_px
    return Mask(alpha=alpha, garment_share=pixels / alpha.size, bbox=(left, top, width, height))
