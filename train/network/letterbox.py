"""Fit a picture into the model's input without changing its proportions, and map logits back.

Conversion and the device carry the same geometry, for what is trained must be what is run:
`tests/contract_vectors` holds the three together bit for bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from train.arrays import Float32Array, UInt8Array
from train.network.architecture import NORMALISATION_MEAN, NORMALISATION_STD


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies in the model's input. All lengths in pixels."""

    frame_height_px: int
    frame_width_px: int
    input_height_px: int
    input_width_px: int
    content_height_px: int
    content_width_px: int
    top_px: int
    left_px: int

    @classmethod
    def fit(cls, frame_size: tuple[int, int], input_size: tuple[int, int]) -> Letterbox:
        """Place a frame of (height, width) in an input of (height, width), centred."""
        (h, w), (in_h, in_w) = frame_size, input_size
        scale = min(in_h / h, in_w / w)
        content_h = min(in_h, max(1, round(h * scale)))
        content_w = min(in_w, max(1, round(w * scale)))
        top, left = (in_h - content_h) // 2, (in_w - content_w) // 2
        return cls(h, w, in_h, in_w, content_h, content_w, top, left)

    def place(self, picture: UInt8Array, fill: tuple[int, ...] | int) -> UInt8Array:
        """Resize ``picture``, uint8 (height, width[, channels]), onto a canvas of ``fill``."""
        content = resize(picture, self.content_width_px, self.content_height_px)
        canvas = np.empty((self.input_height_px, self.input_width_px, *picture.shape[2:]), np.uint8)
        canvas[...] = fill
        rows = slice(self.top_px, self.top_px + self.content_height_px)
        columns = slice(self.left_px, self.left_px + self.content_width_px)
        canvas[rows, columns] = content
        return canvas

    def logits_to_frame(self, logits: Float32Array, stride: int) -> Float32Array:
        """Interpolate logits bilinearly at the centre of each of the picture's pixels.

        Logits, never labels, are interpolated, first down the columns, then along the rows. Not
        by `cv2.warpAffine`, which rounds coordinates to 1/32 of a cell: two pixels of a 12
        megapixel picture.

        Args:
            logits: float32, (rows, columns); the centre of cell ``i`` is at ``(i + 0.5) * stride``
                of the input. Cells whose centre lies on the fill are left out, or a garment that
                the picture's edge cuts would fade out towards that edge.
            stride: input pixels for each cell.

        Returns:
            float32, (frame_height_px, frame_width_px).
        """
        tall = _interpolate(
            logits, stride, self.frame_height_px, self.top_px, self.content_height_px
        )
        wide = _interpolate(
            np.ascontiguousarray(tall.T),
            stride,
            self.frame_width_px,
            self.left_px,
            self.content_width_px,
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
    share = (at - before).astype(np.float32)[:, None]
    return np.asarray(cells[before] * (1 - share) + cells[after] * share, np.float32)


def find_cells_on_frame(cells: int, stride: int, start_px: int, length_px: int) -> tuple[int, int]:
    """Return the first and the last cell along one axis whose centre lies on the picture.

    Args:
        cells: how many there are.
        stride: input pixels for each.
        start_px: first pixel of the picture on the input.
        length_px: pixels that it takes there.
    """
    first = math.ceil(start_px / stride - 0.5)
    last = math.ceil((start_px + length_px) / stride - 0.5) - 1
    if last < first:  # so thin a picture that it holds no centre: the cell that it lies in
        first = last = int((start_px + length_px / 2) / stride)
    return max(0, min(first, cells - 1)), max(0, min(last, cells - 1))


def resize(picture: UInt8Array, width_px: int, height_px: int) -> UInt8Array:
    """Halve a picture by exact means while it is twice as large, then resize the rest of the way.

    By area as a rule; up to a factor of 1.5 bilinearly, which is faster and leaves no pixel out.

    Args:
        picture: uint8, (height, width[, channels]).
        width_px: columns wanted.
        height_px: rows wanted.
    """
    height, width = picture.shape[:2]
    while width >= 2 * width_px and height >= 2 * height_px:
        width, height = width // 2, height // 2
        half = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        picture = np.asarray(half, dtype=np.uint8)
    far = width > 1.5 * width_px or height > 1.5 * height_px
    method = cv2.INTER_AREA if far else cv2.INTER_LINEAR
    fitted = cv2.resize(picture, (width_px, height_px), interpolation=method)
    return np.asarray(fitted, dtype=np.uint8)


def normalise(picture: UInt8Array) -> Float32Array:
    """Map pixels to the model's input range, about -1 to 1."""
    return (picture.astype(np.float32) - NORMALISATION_MEAN) / NORMALISATION_STD
