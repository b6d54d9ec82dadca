"""A rectangle of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle inside a frame, in the frame's pixels."""

    top_px: int
    left_px: int
    height_px: int
    width_px: int

    @classmethod
    def whole(cls, frame: Frame) -> Region:
        """Return all of a frame."""
        return cls(0, 0, frame.height_px, frame.width_px)

    @classmethod
    def around(cls, regions: Sequence[Region]) -> Region:
        """Return the smallest that holds all of some regions."""
        top, left = min(each.top_px for each in regions), min(each.left_px for each in regions)
        bottom = max(each.rows.stop for each in regions)
        right = max(each.columns.stop for each in regions)
        return cls(top, left, bottom - top, right - left)

    @property
    def rows(self) -> slice:
        """Its part of the frame's first axis."""
        return slice(self.top_px, self.top_px + self.height_px)

    @property
    def columns(self) -> slice:
        """Its part of the frame's second axis."""
        return slice(self.left_px, self.left_px + self.width_px)

    def crop(self, frame: Frame) -> Frame:
        """Return this part of a frame; nothing is copied."""
        # Of odd sizes a crop shares no levels, not even one of all.
        return frame if self == Region.whole(frame) else frame.crop(self.rows, self.columns)

    def place_alpha(self, alpha: UInt8Array, frame: Frame) -> UInt8Array:
        """Return the region's alpha on the whole frame, 0 outside; the same array for all of it."""
        if alpha.shape == frame.pixels.shape[:2]:
            return alpha
        whole = np.zeros(frame.pixels.shape[:2], np.uint8)
        whole[self.rows, self.columns] = alpha
        return whole
