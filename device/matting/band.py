"""The unknown band: the pixels of a frame near its mask's edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array, UInt8Array
from device.imaging.region import Region

Number = TypeVar("Number", np.uint8, np.float32)

_STRETCH = 65536
"""Pixels for one thread at a time: with 8,000 a 12-megapixel frame takes almost twice as long."""
_ROW = 16384
"""`cv2.remap` takes fewer than 32,768 pixels along a row, and is twice as fast as down a column."""


@dataclass(frozen=True, slots=True)
class BandPixels:
    """Some of a frame's pixels, in order.

    Attributes:
        rows: of the region that a `SampleGrid` covers.
        columns: likewise, same shape.
    """

    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]

    def split(self) -> list[BandPixels]:
        """Return stretches to work on one at a time."""
        starts = range(0, self.rows.size, _STRETCH)
        spans = [slice(start, start + _STRETCH) for start in starts]
        return [BandPixels(self.rows[span], self.columns[span]) for span in spans]


class SampleGrid:
    """A small grid that covers a region of a frame.

    Attributes:
        spacing_px: from one of its pixels to the next, in the frame's, along the denser axis.
    """

    def __init__(self, covered: tuple[float, ...], region: Region) -> None:
        """Place the grid.

        Args:
            covered: how many of the grid's rows, and of its columns, the region takes up: all of
                them, or a few less or more where one is cut.
            region: the part of the frame.
        """
        self._y = _find_centres(region.height_px, covered[0])
        self._x = _find_centres(region.width_px, covered[1])
        self._row_of, self._column_of = np.rint(self._y), np.rint(self._x)
        self.spacing_px = min(region.height_px / covered[0], region.width_px / covered[1])

    def enlarge(self, small: UInt8Array) -> UInt8Array:
        """Return the nearest of the grid's values for each pixel of the region."""
        rows, columns = (
            np.clip(nearest, 0, size - 1).astype(np.intp)
            for nearest, size in zip((self._row_of, self._column_of), small.shape, strict=True)
        )
        return np.asarray(small.take(columns, axis=1).take(rows, axis=0), dtype=np.uint8)

    def find_pixels(self, marked: UInt8Array) -> BandPixels:
        """Return the pixels where `enlarge` would not be 0, without enlarging anything.

        Args:
            marked: uint8, shape of the grid, 0 or 1.
        """
        grid_rows, grid_columns = np.divmod(np.flatnonzero(marked.view(np.bool_)), marked.shape[1])
        # First along the rows: each of the grid's columns becomes some of the region's.
        first = np.searchsorted(self._column_of, np.arange(marked.shape[1] + 1))
        columns, ends = _expand_runs(first[grid_columns], np.diff(first)[grid_columns])
        starts = ends[np.searchsorted(grid_rows, np.arange(len(marked) + 1))]
        # Then down: each of the region's rows has the columns of its row in the grid.
        row_of = np.clip(self._row_of, 0, len(marked) - 1).astype(np.intp)
        counts = np.diff(starts)[row_of]
        places, _ = _expand_runs(starts[row_of], counts)
        return BandPixels(np.repeat(np.arange(counts.size), counts), columns[places])

    def sample(self, fields: npt.NDArray[Number], pixels: BandPixels) -> npt.NDArray[Number]:
        """Interpolate fields on the grid bilinearly at some of the region's pixels.

        Args:
            fields: uint8 or float32, shape (rows, columns, channels), up to four channels.
            pixels: as many as `BandPixels.split` returns at once.

        Returns:
            Shape (1, number of pixels, channels).
        """
        count = pixels.rows.size
        if count == 0:
            return np.zeros((1, 0, fields.shape[2]), fields.dtype)
        width = min(_ROW, count)
        places = np.zeros((2, -(-count // width) * width), np.float32)
        self._x.take(pixels.columns, out=places[0, :count], mode="clip")
        self._y.take(pixels.rows, out=places[1, :count], mode="clip")
        x, y = places.reshape(2, -1, width)
        values = cv2.remap(fields, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
        values = values.reshape(1, -1, fields.shape[2])[:, :count]
        return np.asarray(values, dtype=fields.dtype)


def _find_centres(frame_px: int, covered: float) -> Float32Array:
    """Return where the frame's pixels have their centres on the grid, along one axis."""
    centres = (np.arange(frame_px) + 0.5) * (covered / frame_px) - 0.5
    return np.asarray(centres, dtype=np.float32)


def _expand_runs(
    starts: npt.NDArray[np.intp], lengths: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return runs of successive numbers, end to end; and where each begins, and the last ends."""
    ends = np.concatenate([[0], np.cumsum(lengths)])
    numbers = np.arange(ends[-1])
    numbers += np.repeat(starts - ends[:-1], lengths)
    return numbers, ends
