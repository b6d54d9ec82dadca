"""What stands around a photographed person: a real place without its garment.

Rooms with plants, frames, lamps and passers-by are what a model takes for cloth, and drawn
backdrops have none of it. The strips left and right of whoever wears the garment, put together,
are such a place with everything that was really there.
"""

from __future__ import annotations

import cv2
import numpy as np

from train.arrays import UInt8Array

_MARGIN_SHARE = 0.04  # Of the picture's width, on either side: bags, shadows and loose hair.
_FEWEST_SHARE = 0.3  # Of the picture's width that must be left, or there is not much to see.


def join_surroundings(picture: UInt8Array, occupied: UInt8Array) -> UInt8Array | None:
    """Cut out the columns in which garment and body stand, and join what is left.

    Args:
        picture: uint8 (height, width, 3), RGB.
        occupied: uint8 (height, width), garment and body.

    Returns:
        The place, uint8 (height, what is left of the width, 3); None where too little is left.
    """
    width = picture.shape[1]
    left, _, occupied_width, _ = cv2.boundingRect((occupied >= 64).astype(np.uint8))
    margin = round(_MARGIN_SHARE * width)
    sides = picture[:, : max(0, left - margin)], picture[:, left + occupied_width + margin :]
    place = np.concatenate(sides, axis=1)
    return place if place.shape[1] >= _FEWEST_SHARE * width else None
