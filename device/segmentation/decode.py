"""Model output to logits in frame coordinates: the exact inverse of preprocessing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from device.bundle.specs import OutputSpec
from device.imaging.arrays import Float32Array
from device.segmentation.letterbox import Letterbox


def dequantise_logits(tensor: npt.NDArray[Any], spec: OutputSpec) -> Float32Array:
    """Return the real values behind the model's output.

    Args:
        tensor: shape (1, height, width, 1), in the manifest's dtype.
        spec: the manifest's description of it.

    Returns:
        float32, shape (height, width), one garment logit for each cell; above 0 is garment.
    """
    cells = tensor.reshape(spec.height_px, spec.width_px).astype(np.float32)
    if spec.dtype != "float32":
        cells = (cells - np.float32(spec.zero_point)) * np.float32(spec.scale)
    return cells


def to_frame(
    cells: Float32Array, box: Letterbox, stride: int, size: tuple[int, int] | None = None
) -> Float32Array:
    """Interpolate logits bilinearly at the centre of each of the frame's pixels.

    Along one axis and then along the other, instead of `cv2.warpAffine`, which rounds its
    coordinates to 1/32 of a cell, two pixels of a 12-megapixel frame; and not by numpy's matrix
    product, whose threads would wait for those of the interpreter.

    Args:
        cells: float32, shape (rows, columns), centres at ``(i + 0.5) * stride`` input pixels.
        box: the frame's place on the model's input.
        stride: input pixels for each cell.
        size: (height, width) of another grid that covers the frame; None is its own.

    Returns:
        float32, of shape ``size``.
    """
    height_px, width_px = size or (box.frame_height_px, box.frame_width_px)
    rows, columns = box.find_cells(cells.shape, stride)
    # Pixel centres on the input, in cells.
    y = (box.top_px + (np.arange(height_px) + 0.5) * (box.height_px / height_px)) / stride - 0.5
    x = (box.left_px + (np.arange(width_px) + 0.5) * (box.width_px / width_px)) / stride - 0.5
    tall = _interpolate(cells, y, rows)
    wide = _interpolate(np.ascontiguousarray(tall.T), x, columns)
    return np.ascontiguousarray(wide.T)


def to_picture(cells: Float32Array, box: Letterbox, stride: int) -> Float32Array:
    """Return what `to_frame` does for the grid of the fitted picture, many times faster.

    On that grid the cells lie at whole pixels, where OpenCV interpolates exactly.

    Args:
        cells: float32, shape (rows, columns), garment logits.
        box: the region's place on the model's input.
        stride: input pixels for each cell.

    Returns:
        float32, shape (box.height_px, box.width_px).
    """
    rows, columns = box.find_cells(cells.shape, stride)
    inside = cv2.copyMakeBorder(
        np.ascontiguousarray(cells[rows, columns]),
        *(rows.start, cells.shape[0] - rows.stop, columns.start, cells.shape[1] - columns.stop),
        cv2.BORDER_REPLICATE,
    )
    # One cell more than the picture on each side; the rest would be thrown away.
    first_row, first_column = (max(0, start // stride - 1) for start in (box.top_px, box.left_px))
    last_row = (box.top_px + box.height_px) // stride + 2
    last_column = (box.left_px + box.width_px) // stride + 2
    used = np.ascontiguousarray(inside[first_row:last_row, first_column:last_column])
    size = (used.shape[1] * stride, used.shape[0] * stride)
    whole = cv2.resize(used, size, interpolation=cv2.INTER_LINEAR)
    top, left = box.top_px - first_row * stride, box.left_px - first_column * stride
    part = whole[top : top + box.height_px, left : left + box.width_px]
    return np.ascontiguousarray(part, dtype=np.float32)


def to_half(cells: Float32Array, box: Letterbox, stride: int) -> Float32Array:
    """Interpolate logits on half of the fitted picture.

    Where the picture halves evenly these are the exact means of what `to_picture` returns, for
    the cells' centres lie between pixels.

    Args:
        cells: float32, shape (rows, columns), garment logits.
        box: the region's place on the model's input.
        stride: input pixels for each cell.

    Returns:
        float32, shape ``box.half_px``.
    """
    places = (box.height_px, box.width_px, box.top_px, box.left_px, stride)
    if any(place % 2 for place in places):
        return to_frame(cells, box, stride, box.half_px)
    height, width = box.half_px
    half = replace(
        box, height_px=height, width_px=width, top_px=box.top_px // 2, left_px=box.left_px // 2
    )
    return to_picture(cells, half, stride // 2)


def _interpolate(cells: Float32Array, places: npt.NDArray[np.float64], used: slice) -> Float32Array:
    """Interpolate along the first axis, from some of the cells: (cells, n) to (places, n)."""
    at = np.clip(places, used.start, used.stop - 1)
    left = np.minimum(at.astype(np.intp), max(used.start, used.stop - 2))
    right = np.minimum(left + 1, used.stop - 1)
    share = (at - left).astype(np.float32)[:, None]
    return np.asarray(cells[left] * (1 - share) + cells[right] * share, dtype=np.float32)
