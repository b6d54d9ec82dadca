"""Some of a shot's pixels, evenly spread, to measure its light."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.pipeline.cutout import Cutout

_LONGER_SIDE = 128
"""So many pixels along it: as many for 12 megapixels as for two."""


class LightSample(NamedTuple):
    """Some pixels of a shot.

    Attributes:
        pixels: uint8, shape (rows, columns, 3), red, green and blue.
        alpha: uint8, shape (rows, columns), the mask there.
    """

    pixels: UInt8Array
    alpha: UInt8Array


def sample_light(cutout: Cutout) -> LightSample:
    """Return pixels of the whole frame, and the mask there.

    The picture that the model saw would not do: it may show the garment alone.
    """
    frame = cutout.frame
    step = max(1, max(frame.height_px, frame.width_px) // _LONGER_SIDE)
    # Twice as fast as slicing both axes.
    pixels = frame.pixels[::step].take(np.arange(0, frame.width_px, step), axis=1)
    if frame.colour_order == "BGR":
        pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), dtype=np.uint8)
    return LightSample(pixels, np.ascontiguousarray(cutout.mask.alpha[::step, ::step]))
