"""Read the numbers of a paired mask: 0/1, 0/255, soft levels, or labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.arrays import BoolArray, UInt8Array
from train.datasets.raster import Raster, mask_values

# A soft edge has at least so many levels. Fewer are labels, or a damaged binary mask.
FEWEST_SOFT_LEVELS = 9
_BLACK_AND_WHITE = {0x000000, 0xFFFFFF}


class StrayLabelError(Exception):
    """A mask has values without a meaning; the message names them."""


@dataclass(frozen=True, slots=True)
class MaskLabels:
    """What the numbers of a mask stand for.

    Attributes:
        garment: numbers of garments; empty if masks are 0/1, 0/255 or soft.
        body: numbers of skin, hair and mannequins.
        other: numbers of anything else; if not empty, a number that is in none of the three is
            an error.
        soft: whether masks with few levels are soft, not damaged.
    """

    garment: frozenset[int] = frozenset()
    body: frozenset[int] = frozenset()
    other: frozenset[int] = frozenset()
    soft: bool = False

    def read(self, raster: Raster) -> tuple[UInt8Array, UInt8Array | None]:
        """Return garment and body masks, uint8 (height, width), 0 to 255.

        Raises:
            StrayLabelError: the mask has values without a meaning.
        """
        if raster.coloured:
            raise StrayLabelError("is coloured, and a colour says nothing here")
        return self._read_labels(raster) if self.garment else (self._read_levels(raster), None)

    def _read_labels(self, raster: Raster) -> tuple[UInt8Array, UInt8Array | None]:
        known = self.garment | self.body | self.other
        if self.other:
            stray = set(raster.find_levels()) - known
            if stray:
                raise StrayLabelError(f"has stray labels {_format_numbers(stray)}")
        body = mask_values(raster.values, self.body) if self.body else None
        return mask_values(raster.values, self.garment), body

    def _read_levels(self, raster: Raster) -> UInt8Array:
        values, full = raster.values, raster.full
        levels = set(raster.find_levels())
        colours = raster.colours
        if colours is not None and {int(colours[each]) for each in levels} <= _BLACK_AND_WHITE:
            # Only its colour shows which of the two indices is garment.
            return _to_mask(colours[values] != 0)
        if full == 65535 and max(levels) <= 255:
            full = 255
        for highest in (1, 255, full):
            if levels <= {0, highest}:
                return _to_mask(values == highest)
        if colours is not None or (len(levels) < FEWEST_SOFT_LEVELS and not self.soft):
            raise StrayLabelError(
                f"has values {_format_numbers(levels)} and is neither 0/1 nor 0/255"
            )
        return np.asarray((values.astype(np.int32) * 255 + full // 2) // full, np.uint8)


def _to_mask(inside: BoolArray) -> UInt8Array:
    return np.asarray(inside.view(np.uint8) * np.uint8(255), np.uint8)


def _format_numbers(numbers: set[int]) -> str:
    shown = ", ".join(str(each) for each in sorted(numbers)[:8])
    return shown if len(numbers) <= 8 else f"{shown} … ({len(numbers)} of them)"
