"""What a paired mask's numbers mean: 0/1, 0/255, soft, or labels of which some are garment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from train.arrays import BoolArray, UInt8Array
from train.datasets.raster import Raster, Values

# A soft edge has many levels. So few are labels, or a binary mask that something spoilt.
FEWEST_SOFT_LEVELS = 9
_BLACK_AND_WHITE = {0x000000, 0xFFFFFF}


class StrayLabelError(Exception):
    """A mask with values that nobody explained; the message names them."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Which label numbers of a mask are what.

    Attributes:
        garment: numbers that are garment; empty when masks are 0/1, 0/255 or soft.
        body: numbers that are skin, hair or mannequin.
        other: numbers known to be neither; when given, any further number is stray.
        soft: whether every level between 0 and 255 is meant.
    """

    garment: frozenset[int] = frozenset()
    body: frozenset[int] = frozenset()
    other: frozenset[int] = frozenset()
    soft: bool = False

    def read(self, raster: Raster) -> tuple[UInt8Array, UInt8Array | None]:
        """Return garment and body masks, uint8 (height, width), 0 to 255.

        Raises:
            StrayLabelError: values occur that mean nothing.
        """
        if raster.coloured:
            raise StrayLabelError("is coloured, and a colour says nothing here")
        return self._labelled(raster) if self.garment else (self._binary(raster), None)

    def _labelled(self, raster: Raster) -> tuple[UInt8Array, UInt8Array | None]:
        known = self.garment | self.body | self.other
        if self.other:
            stray = set(raster.levels()) - known
            if stray:
                raise StrayLabelError(f"has stray labels {_listed(stray)}")
        body = _where(raster.values, self.body) if self.body else None
        return _where(raster.values, self.garment), body

    def _binary(self, raster: Raster) -> UInt8Array:
        values, full = raster.values, raster.full
        levels = set(raster.levels())
        colours = raster.colours
        if colours is not None and {int(colours[each]) for each in levels} <= _BLACK_AND_WHITE:
            # Only the colours tell which of two indices is garment.
            return _white(colours[values] != 0)
        if full == 65535 and max(levels) <= 255:
            full = 255
        for whole in (1, 255, full):
            if levels <= {0, whole}:
                return _white(values == whole)
        if colours is not None or (len(levels) < FEWEST_SOFT_LEVELS and not self.soft):
            raise StrayLabelError(f"has values {_listed(levels)} and is neither 0/1 nor 0/255")
        return np.asarray((values.astype(np.int32) * 255 + full // 2) // full, np.uint8)


def _where(values: Values, chosen: frozenset[int]) -> UInt8Array:
    return _white(np.isin(values, sorted(chosen)))


def _white(inside: BoolArray) -> UInt8Array:
    return np.asarray(inside.view(np.uint8) * np.uint8(255), np.uint8)


def _listed(numbers: set[int]) -> str:
    shown = ", ".join(str(each) for each in sorted(numbers)[:8])
    return shown if len(numbers) <= 8 else f"{shown} … ({len(numbers)} of them)"
