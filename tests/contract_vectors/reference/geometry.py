"""Letterbox, way back and input values, slowly and straight from their definitions.

Nothing of the product is imported here: these functions are what the product is held against.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

UInt8Array = npt.NDArray[np.uint8]
Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Size = tuple[int, int]  # height and width


@dataclass(frozen=True)
class Place:
    """Where a frame lies on the model's input, in pixels of the input."""

    top: int
    left: int
    height: int
    width: int


def place(frame: Size, canvas: Size) -> Place:
    """Centre a frame on the input, as large as its proportions allow, at least one pixel."""
    scale = min(canvas[0] / frame[0], canvas[1] / frame[1])
    height = min(canvas[0], max(1, round(frame[0] * scale)))
    width = min(canvas[1], max(1, round(frame[1] * scale)))
    return Place((canvas[0] - height) // 2, (canvas[1] - width) // 2, height, width)


def letterbox(frame: UInt8Array, canvas: Size, fill: tuple[int, int, int]) -> UInt8Array:
    """Lay a frame, uint8 (height, width, 3), on a canvas of the fill's colour."""
    spot = place((frame.shape[0], frame.shape[1]), canvas)
    result = np.empty((*canvas, 3), np.uint8)
    result[:] = fill
    content = resize(frame, (spot.height, spot.width))
    result[spot.top : spot.top + spot.height, spot.left : spot.left + spot.width] = content
    return result


def resize(picture: UInt8Array, size: Size) -> UInt8Array:
    """Halve while the picture is twice as large both ways, then go the rest of the way at once.

    The rest by the mean over each new pixel's area, or bilinearly where neither side shrinks by
    more than a factor of 1.5. Levels are rounded after each step.
    """
    while picture.shape[0] >= 2 * size[0] and picture.shape[1] >= 2 * size[1]:
        picture = _average_area(picture, (picture.shape[0] // 2, picture.shape[1] // 2))
    if picture.shape[:2] == size:
        return picture
    if picture.shape[0] > 1.5 * size[0] or picture.shape[1] > 1.5 * size[1]:
        return _average_area(picture, size)
    rows, columns = (_bilinear_weights(old, new) for old, new in zip(picture.shape, size))  # noqa: B905 - the channels have no partner
    return _round(np.einsum("ij,jkc,lk->ilc", rows, picture, columns, optimize=True))


def is_exact(frame: Size, canvas: Size) -> bool:
    """Whether each step to the input is a halving of even sides, which has one right result."""
    spot, (height, width) = place(frame, canvas), frame
    while height >= 2 * spot.height and width >= 2 * spot.width:
        if height % 2 or width % 2:
            return False
        height, width = height // 2, width // 2
    return (height, width) == (spot.height, spot.width)


def _average_area(picture: UInt8Array, size: Size) -> UInt8Array:
    rows, columns = (_area_weights(old, new) for old, new in zip(picture.shape, size))  # noqa: B905 - as above
    return _round(np.einsum("ij,jkc,lk->ilc", rows, picture, columns, optimize=True))


def _area_weights(old: int, new: int) -> Float64Array:
    """How much of each old pixel lies in each new one, (new, old), as shares of the new one."""
    weights = np.zeros((new, old))
    for i in range(new):
        start, stop = i * old / new, (i + 1) * old / new
        for j in range(old):
            weights[i, j] = max(0.0, min(stop, j + 1) - max(start, j)) / (stop - start)
    return weights


def _bilinear_weights(old: int, new: int) -> Float64Array:
    """Weights of the two old pixels whose centres are nearest to each new pixel's centre."""
    weights = np.zeros((new, old))
    for i in range(new):
        at = min(max((i + 0.5) * old / new - 0.5, 0.0), old - 1.0)
        before = min(int(at), max(0, old - 2))
        weights[i, before] += 1 - (at - before)
        weights[i, min(before + 1, old - 1)] += at - before
    return weights


def _round(levels: Float64Array) -> UInt8Array:
    """Round to whole levels, halves up.

    What is a half but for the sums' own rounding, which differs between processors, is a half.
    """
    return np.asarray(np.floor(np.round(levels, 9) + 0.5), np.uint8)


def cells_on_frame(cells: int, stride: int, start: int, length: int) -> tuple[int, int]:
    """First and last cell whose centre lies on the frame, along one axis.

    A frame so thin that it holds no centre takes the cell in which its middle lies.
    """
    on_frame = [i for i in range(cells) if start <= (i + 0.5) * stride < start + length]
    if not on_frame:
        on_frame = [min(cells - 1, int((start + length / 2) / stride))]
    return on_frame[0], on_frame[-1]


def logits_to_frame(logits: Float32Array, frame: Size, spot: Place, stride: int) -> Float32Array:
    """Interpolate linearly at each pixel's centre, down the columns and then along the rows.

    Places are computed in double precision, weights and logits are single: so the last bit is
    defined too.
    """
    rows, columns = logits.shape
    down = [_neighbours(y, frame[0], spot.top, spot.height, rows, stride) for y in range(frame[0])]
    across = [
        _neighbours(x, frame[1], spot.left, spot.width, columns, stride) for x in range(frame[1])
    ]
    tall = np.empty((frame[0], columns), np.float32)
    for y, (above, below, share) in enumerate(down):
        for x in range(columns):
            tall[y, x] = _mix(logits[above, x], logits[below, x], share)
    result = np.empty(frame, np.float32)
    for y in range(frame[0]):
        for x, (before, after, share) in enumerate(across):
            result[y, x] = _mix(tall[y, before], tall[y, after], share)
    return result


def _neighbours(
    pixel: int, pixels: int, start: int, length: int, cells: int, stride: int
) -> tuple[int, int, np.float32]:
    """The cells on both sides of a pixel's centre, and the share of the second."""
    first, last = cells_on_frame(cells, stride, start, length)
    centre = start + (pixel + 0.5) * (length / pixels)
    at = min(max(centre / stride - 0.5, first), last)
    before = min(math.floor(at), max(first, last - 1))
    return before, min(before + 1, last), np.float32(at - before)


def _mix(one: np.float32, other: np.float32, share: np.float32) -> np.float32:
    return np.float32(one * (np.float32(1) - share) + other * share)


def input_values(
    mean: float, std: float, dtype: str, scale: float, zero_point: int
) -> list[int] | list[float]:
    """The model's input value for each of the 256 pixel values, in double precision throughout."""
    real = [(level - mean) / std for level in range(256)]
    if dtype == "float32":
        return [float(np.float32(value)) for value in real]
    low, high = {"int8": (-128, 127), "uint8": (0, 255)}[dtype]
    return [min(high, max(low, round(value / scale) + zero_point)) for value in real]
