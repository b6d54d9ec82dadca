"""Fit a picture into the model's input without changing its shape, and map points back.

The device carries the same geometry for its frames; a test holds the two together, since what
is trained must be what is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

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

    def logits_to_frame(self, logits: npt.NDArray[Any]) -> Float32Array:
        """Upsample logits, shape (rows, columns), to the frame: float32 (height, width).

        Logits, never labels, are interpolated; cell ``i`` has its centre at
        ``(i + 0.5) * stride`` of the input.
        """
        rows, columns = logits.shape
        x_scale = self.content_width_px / self.frame_width_px * columns / self.input_width_px
        y_scale = self.content_height_px / self.frame_height_px * rows / self.input_height_px
        x_offset = self.left_px * columns / self.input_width_px + 0.5 * x_scale - 0.5
        y_offset = self.top_px * rows / self.input_height_px + 0.5 * y_scale - 0.5
        matrix = np.array([[x_scale, 0, x_offset], [0, y_scale, y_offset]], np.float64)
        return np.asarray(
            cv2.warpAffine(
                logits.astype(np.float32),
                matrix,
                (self.frame_width_px, self.frame_height_px),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )


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
