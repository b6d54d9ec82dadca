"""How a photo's stored pixels look upright as 8-bit RGB, pixel by pixel.

Nothing of the product is imported here: these functions are what the product is held against.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

UInt8Array = npt.NDArray[np.uint8]

# What the stored row 0 and column 0 are of the upright picture (Exif 2.32, table 6).
_SIDES = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


def turn_upright(stored: UInt8Array, orientation: int) -> UInt8Array:
    """Put each stored pixel where the orientation says it belongs."""
    rows, columns = stored.shape[:2]
    first_row, first_column = _SIDES[orientation]
    swapped = first_row in ("left", "right")
    height, width = (columns, rows) if swapped else (rows, columns)
    upright = np.empty((height, width, *stored.shape[2:]), np.uint8)
    for row in range(rows):
        for column in range(columns):
            down, across = (column, row) if swapped else (row, column)
            y_side, x_side = (first_column, first_row) if swapped else (first_row, first_column)
            y = down if y_side == "top" else height - 1 - down
            x = across if x_side == "left" else width - 1 - across
            upright[y, x] = stored[row, column]
    return upright


def lay_on_white(colour: UInt8Array, alpha: UInt8Array) -> UInt8Array:
    """Mix straight colour, (height, width, 3), with white by alpha, (height, width)."""
    weight = alpha[..., None].astype(np.int64)
    return np.asarray((colour * weight + 255 * (255 - weight) + 127) // 255, np.uint8)


def grey_to_rgb(grey: UInt8Array) -> UInt8Array:
    """Three equal channels."""
    return np.stack([grey, grey, grey], axis=-1)


def gamma_to_srgb(grey: UInt8Array, gamma: float) -> UInt8Array:
    """Grey levels of a pure power curve as sRGB levels (IEC 61966-2-1)."""
    light = (grey / 255) ** gamma
    level = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return grey_to_rgb(np.round(255 * level).astype(np.uint8))


def cmyk_to_rgb(inks: UInt8Array) -> UInt8Array:
    """What ink leaves of white light, (height, width, 4) to (height, width, 3), unprofiled."""
    left = 255 - inks.astype(np.int64)
    return np.asarray((left[..., :3] * left[..., 3:] + 127) // 255, np.uint8)
