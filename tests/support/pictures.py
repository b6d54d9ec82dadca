"""Frames and cutouts made on the spot, for tests that need one."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import numpy as np
import numpy.typing as npt

from device.imaging.colour_order import ColourOrder
from device.imaging.frame import Frame
from device.imaging.mask import make_mask
from device.pipeline.cutout import Cutout


def make_frame(
    pixels: npt.NDArray[np.uint8],
    *,
    colour_order: ColourOrder = "RGB",
    icc_profile: bytes | None = None,
    sequence: int = 0,
) -> Frame:
    """A frame as a camera would give it, now."""
    return Frame(
        pixels=pixels,
        colour_order=colour_order,
        captured_at=datetime.now(timezone.utc),
        monotonic_s=time.monotonic(),
        sequence=sequence,
        source="test",
        icc_profile=icc_profile,
    )


def noise(height_px: int, width_px: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    """A picture in which every pixel differs from its neighbours."""
    return np.random.default_rng(seed).integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)


def make_cutout(frame: Frame, alpha: npt.NDArray[np.uint8]) -> Cutout:
    """A cutout with a given alpha."""
    return Cutout(frame=frame, mask=make_mask(alpha), bundle_id="test-1", backend="none")
