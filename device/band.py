"""The pixels of a frame that lie near its mask's edge."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from device.frame import UInt8Array

_PART = 32768
"""So many pixels are worked on at a time: what is made of them stays in a core's cache."""


def enlarged(small: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    """What `cv2.resize` gives with ``INTER_NEAREST``, several times faster.

    Args:
        small: uint8, shape (height, width).
        size: (width, height) of the result, no smaller.
    """
    wide = cv2.resize(small, (size[0], small.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(wide.take(_nearest(small.shape[0], size[1]), axis=0), dtype=np.uint8)


def band_pixels(band: UInt8Array, size: tuple[int, int]) -> npt.NDArray[np.intp]:
    """The flat indices where the enlarged ``band`` is not 0, without making it.

    Args:
        band: uint8, shape (height, width), 0 or 1.
        size: (width, height) of the larger grid.

    Returns:
        Ascending.
    """
    wide = cv2.resize(band, (size[0], band.shape[0]), interpolation=cv2.INTER_NEAREST)
    found = np.flatnonzero(wide.view(np.bool_))  # Four times as fast as on integers.
    starts = np.searchsorted(found, np.arange(band.shape[0] + 1) * size[0])
    row_of = _nearest(band.shape[0], size[1])
    counts = np.diff(starts)[row_of]
    # Each row of the larger grid repeats the columns of its row in the small one.
    skipped = starts[row_of] - (np.cumsum(counts) - counts)
    source = np.arange(counts.sum()) + np.repeat(skipped, counts)
    lower = (np.arange(size[1]) - row_of) * size[0]
    return np.asarray(found[source] + np.repeat(lower, counts), dtype=np.intp)


def in_parts(where: npt.NDArray[np.intp]) -> list[npt.NDArray[np.intp]]:
    """Indices in stretches that are worked on one at a time; at least one."""
    return [where[start : start + _PART] for start in range(0, max(1, where.size), _PART)]


def _nearest(rows: int, larger: int) -> npt.NDArray[np.intp]:
    """The small grid's row for each of the larger one's, as OpenCV rounds."""
    numbers = np.arange(rows, dtype=np.float32)[:, np.newaxis]
    taken = cv2.resize(numbers, (1, larger), interpolation=cv2.INTER_NEAREST)
    return np.asarray(taken[:, 0], dtype=np.intp)
