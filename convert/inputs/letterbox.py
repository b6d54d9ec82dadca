"""The letterbox between a photo of any size and the model's fixed input, and its inverse.

Training and the rig carry the same arithmetic: `tests/contract_vectors` holds the three together
bit for bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from convert.arrays import Float32Array, UInt8Array


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a photo lies in the model's input.

    Attributes:
        frame_height_px: rows of the photo.
        frame_width_px: columns of the photo.
        top_px: first row of the photo in the input.
        left_px: first column of the photo in the input.
        height_px: rows that the photo takes in the input.
        width_px: columns that the photo takes in the input.
    """

    frame_height_px: int
    frame_width_px: int
    top_px: int
    left_px: int
    height_px: int
    width_px: int


def place(frame_height_px: int, frame_width_px: int, height_px: int, width_px: int) -> Letterbox:
    """Centre a photo in the input, as large as its aspect ratio allows."""
    scale = min(height_px / frame_height_px, width_px / frame_width_px)
    new_height = min(height_px, max(1, round(frame_height_px * scale)))
    new_width = min(width_px, max(1, round(frame_width_px * scale)))
    return Letterbox(
        frame_height_px=frame_height_px,
        frame_width_px=frame_width_px,
        top_px=(height_px - new_height) // 2,
        left_px=(width_px - new_width) // 2,
        height_px=new_height,
        width_px=new_width,
    )


def letterbox(
    pixels: UInt8Array, height_px: int, width_px: int, fill: tuple[int, int, int]
) -> tuple[UInt8Array, Letterbox]:
    """Resize a photo into the model's input.

    Args:
        pixels: uint8, (h, w, 3).
        height_px: rows of the input.
        width_px: columns of the input.
        fill: colour of the border, in the channel order of ``pixels``.

    Returns:
        The input picture, uint8 (height_px, width_px, 3), and where the photo lies in it.
    """
    frame_height, frame_width = pixels.shape[:2]
    placement = place(frame_height, frame_width, height_px, width_px)
    content = resize(pixels, placement.width_px, placement.height_px)
    canvas = np.empty((height_px, width_px, 3), np.uint8)
    canvas[:] = fill
    bottom = placement.top_px + placement.height_px
    right = placement.left_px + placement.width_px
    canvas[placement.top_px : bottom, placement.left_px : right] = content
    return canvas, placement


def resize(pixels: UInt8Array, width_px: int, height_px: int) -> UInt8Array:
    """Resize a photo: halve it by exact means, then by area, or bilinearly when near."""
    while pixels.shape[1] >= 2 * width_px and pixels.shape[0] >= 2 * height_px:
        half = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    far = pixels.shape[1] > 1.5 * width_px or pixels.shape[0] > 1.5 * height_px
    method = cv2.INTER_AREA if far else cv2.INTER_LINEAR
    fitted = cv2.resize(pixels, (width_px, height_px), interpolation=method)
    return np.asarray(fitted, dtype=np.uint8)


def logits_to_frame(logits: Float32Array, placement: Letterbox, stride: int) -> Float32Array:
    """Interpolate logits bilinearly at the centre of each of the photo's pixels.

    Cell (i, j) of the logits has its centre at ((i + 0.5) * stride, (j + 0.5) * stride) of the
    input. Cells whose centre lies on the border are left out, as on the rig: a garment that the
    photo's edge cuts would else fade out towards that edge.

    Args:
        logits: float32, (rows, columns).
        placement: where the photo lies in the input.
        stride: input pixels for each logit cell.

    Returns:
        float32 logits, (frame_height_px, frame_width_px).
    """
    tall = _interpolate(
        logits, stride, placement.frame_height_px, placement.top_px, placement.height_px
    )
    wide = _interpolate(
        np.ascontiguousarray(tall.T),
        stride,
        placement.frame_width_px,
        placement.left_px,
        placement.width_px,
    )
    return np.ascontiguousarray(wide.T)


def _interpolate(
    cells: Float32Array, stride: int, frame_px: int, start_px: int, length_px: int
) -> Float32Array:
    """Interpolate along the first axis: float32 (cells, n) to (frame_px, n)."""
    centres_px = start_px + (np.arange(frame_px) + 0.5) * (length_px / frame_px)
    first, last = find_cells_on_frame(len(cells), stride, start_px, length_px)
    at = np.clip(centres_px / stride - 0.5, first, last)
    before = np.minimum(at.astype(np.intp), max(first, last - 1))
    after = np.minimum(before + 1, last)
    share = (at - before).astype(np.float32)[:, np.newaxis]
    return np.asarray(cells[before] * (1 - share) + cells[after] * share, dtype=np.float32)


def find_cells_on_frame(cells: int, stride: int, start_px: int, length_px: int) -> tuple[int, int]:
    """Return the first and the last cell along one axis whose centre lies on the photo.

    Args:
        cells: how many there are.
        stride: input pixels for each.
        start_px: first pixel of the photo in the input.
        length_px: pixels that it takes there.
    """
    first = math.ceil(start_px / stride - 0.5)
    last = math.ceil((start_px + length_px) / stride - 0.5) - 1
    if last < first:  # So thin a photo that it holds no centre: the cell that it lies in.
        first = last = int((start_px + length_px / 2) / stride)
    return max(0, min(first, cells - 1)), max(0, min(last, cells - 1))
