"""Frame to model input: letterbox, colour order and quantisation."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from device.bundle.specs import InputSpec
from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.segmentation.letterbox import Letterbox


def prepare(frame: Frame, spec: InputSpec) -> tuple[npt.NDArray[Any], Letterbox]:
    """Turn a frame into the tensor that the manifest asks for.

    Returns:
        The tensor, shape (1, height, width, 3) in the manifest's dtype and colour order, and
        the frame's place on it, which `device.segmentation.decode` needs for the way back.
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
    return resize_for_model(frame, (box.height_px, box.width_px), spec), box


def resize_for_model(frame: Frame, size_px: tuple[int, int], spec: InputSpec) -> UInt8Array:
    """Return a frame at another size and in the manifest's colour order.

    Args:
        frame: the picture.
        size_px: height and width.
        spec: what the model takes.

    Returns:
        uint8, shape (height, width, 3).
    """
    picture = frame.pyramid.resize(size_px[1], size_px[0])
    if frame.colour_order != spec.colour_order:
        picture = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)
    return picture


def to_tensor(picture: UInt8Array, box: Letterbox, spec: InputSpec) -> npt.NDArray[Any]:
    """Put a fitted picture on the fill and quantise it; see `prepare`."""
    tensor = _make_blank_tensor(spec).copy()
    rows = slice(box.top_px, box.top_px + box.height_px)
    columns = slice(box.left_px, box.left_px + box.width_px)
    tensor[0, rows, columns] = cv2.LUT(picture, make_quantisation_table(spec))
    return tensor


@lru_cache(maxsize=8)
def _make_blank_tensor(spec: InputSpec) -> npt.NDArray[Any]:
    """Return the model's input with nothing but fill on it."""
    fill = make_quantisation_table(spec)[np.array(spec.letterbox_fill)]
    size = (1, spec.height_px, spec.width_px, 1)
    return np.ascontiguousarray(np.tile(fill, size))


@lru_cache(maxsize=8)
def make_quantisation_table(spec: InputSpec) -> npt.NDArray[Any]:
    """Return the model's input value for each of the 256 pixel values, in the manifest's dtype."""
    real = (np.arange(256, dtype=np.float64) - spec.mean) / spec.std
    if spec.dtype == "float32":
        return real.astype(np.float32)
    limits = np.iinfo(spec.dtype)
    steps = np.round(real / spec.scale) + spec.zero_point
    table: npt.NDArray[Any] = np.clip(steps, limits.min, limits.max).astype(spec.dtype)
    return table
