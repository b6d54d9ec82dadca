"""Cutouts without a model."""

from __future__ import annotations

from datetime import datetime, timezone

import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.mask import make_mask
from device.pipeline.cutout import Cutout


def make_cutout(picture: UInt8Array, alpha: UInt8Array | None = None) -> Cutout:
    """A picture (BGR) with a mask; None for one over its middle."""
    if alpha is None:
        alpha = np.zeros(picture.shape[:2], np.uint8)
        height, width = alpha.shape
        alpha[height // 4 : height // 2, width // 4 : width // 2] = 255
    frame = Frame(picture, "BGR", datetime.now(timezone.utc), 0.0, 0, "test")
    return Cutout(frame, make_mask(alpha), "bundle", "cpu")
