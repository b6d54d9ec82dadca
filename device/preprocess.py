"""Frame to model input: letterbox, colour order and quantisation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from device.bundle import InputSpec
from device.frame import Frame, UInt8Array


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a frame lies on the model's input, in pixels; the fill is all around it."""

    frame_height_px: int
    frame_width_px: int
    height_px: int
    width_px: int
    top_px: int
    left_px: int
    shrinks: bool

    @classmethod
    def fit(
        cls, frame_height_px: int, frame_width_px: int, input_height_px: int, input_width_px: int
    ) -> Letterbox:
        """The largest centred place for a frame that keeps its proportions."""
        scale = min(input_height_px / frame_height_px, input_width_px / frame_width_px)
        height_px = min(input_height_px, max(1, round(frame_height_px * scale)))
        width_px = min(input_width_px, max(1, round(frame_width_px * scale)))
        return cls(
            frame_height_px=frame_height_px,
            frame_width_px=frame_width_px,
            height_px=height_px,
            width_px=width_px,
            top_px=(input_height_px - height_px) // 2,
            left_px=(input_width_px - width_px) // 2,
            shrinks=scale < 1,
        )


def prepare(frame: Frame, spec: InputSpec) -> tuple[npt.NDArray[Any], Letterbox]:
    """Turn a frame into the tensor that the manifest asks for.

    Returns:
        The tensor, shape (1, height, width, 3) in the manifest's dtype and colour order, and
        the frame's place on it, which `device.decode` needs for the way back.
    """
    picture, box = fit_picture(frame, spec)
    return to_tensor(picture, box, spec), box


def fit_picture(frame: Frame, spec: InputSpec) -> tuple[UInt8Array, Letterbox]:
    """Resize a frame to its place on the model's input.

    Returns:
        uint8, shape (box.height_px, box.width_px, 3) in the manifest's colour order, and the
        place.
    """
    box = Letterbox.fit(frame.height_px, frame.width_px, spec.height_px, spec.width_px)
    # Area averaging is the only one of OpenCV's filters that does not alias when shrinking.
    filter_ = cv2.INTER_AREA if box.shrinks else cv2.INTER_LINEAR
    picture = cv2.resize(frame.pixels, (box.width_px, box.height_px), interpolation=filter_)
    if frame.colour_order != spec.colour_order:
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    return np.asarray(picture, dtype=np.uint8), box


def to_tensor(picture: UInt8Array, box: Letterbox, spec: InputSpec) -> npt.NDArray[Any]:
    """Put a fitted picture on the fill and quantise it; see `prepare`."""
    canvas = np.empty((spec.height_px, spec.width_px, spec.channels), np.uint8)
    canvas[:] = spec.letterbox_fill
    rows = slice(box.top_px, box.top_px + box.height_px)
    canvas[rows, box.left_px : box.left_px + box.width_px] = picture
    tensor: npt.NDArray[Any] = cv2.LUT(canvas, quantisation_table(spec))
    return tensor[np.newaxis]


@lru_cache(maxsize=8)
def quantisation_table(spec: InputSpec) -> npt.NDArray[Any]:
    """The model's input value for each of the 256 pixel values, in the manifest's dtype."""
    real = (np.arange(256, dtype=np.float64) - spec.mean) / spec.std
    if spec.dtype == "float32":
        return real.astype(np.float32)
    limits = np.iinfo(spec.dtype)
    steps = np.round(real / spec.scale) + spec.zero_point
    table: npt.NDArray[Any] = np.clip(steps, limits.min, limits.max).astype(spec.dtype)
    return table
