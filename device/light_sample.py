"""Some of a shot's pixels, evenly spread, for what is to be told of its light."""

from __future__ import annotations

import numpy as np

from device.frame import Cutout, UInt8Array

_LONGER_SIDE = 200
"""Pixels looked at along it: as many for 12 megapixels as for two."""


def light_sample(cutout: Cutout) -> tuple[UInt8Array, UInt8Array]:
    """Pixels of the whole frame, in red, green and blue, and the mask there.

    The model's picture would not do: it may be the garment alone, close up.

    Returns:
        uint8, shape (rows, columns, 3), and uint8, shape (rows, columns).
    """
    frame = cutout.frame
    step = max(1, max(frame.height_px, frame.width_px) // _LONGER_SIDE)
    pixels = np.ascontiguousarray(frame.pixels[::step, ::step])
    if frame.colour_order == "BGR":
        pixels = np.ascontiguousarray(pixels[:, :, ::-1])
    return pixels, np.ascontiguousarray(cutout.mask.alpha[::step, ::step])
