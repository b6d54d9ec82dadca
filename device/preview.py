"""The small pictures that the trigger and the photographer look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.frame import Frame, UInt8Array

# Cells of the trigger's thumbnail along its longer side: a sleeve is several cells wide, and the
# noise of the hundreds of pixels under each averages out.
_THUMBNAIL_PX = 64


@dataclass(frozen=True, slots=True)
class PreviewSettings:
    """How the live preview looks.

    Attributes:
        max_per_s: at most so many per second of camera time; also how often the trigger learns
            whether there is a garment.
        longest_px: the longer side.
        quality: of the JPEG, 1 to 100.
    """

    max_per_s: float = 5.0
    longest_px: int = 640
    quality: int = 70


def shrink(frame: Frame, longest_px: int) -> Frame:
    """The same frame with its longer side at most ``longest_px``; never enlarged."""
    scale = longest_px / max(frame.height_px, frame.width_px)
    if scale >= 1:
        return frame
    return replace(frame, pixels=_resized(frame.pixels, scale))


def thumbnail(frame: Frame) -> UInt8Array:
    """What a trigger compares: uint8, the longer side 64 cells, each the mean of its pixels."""
    return _resized(frame.pixels, _THUMBNAIL_PX / max(frame.height_px, frame.width_px))


def _resized(pixels: UInt8Array, scale: float) -> UInt8Array:
    # Imported late, so that settings are read and faults found where OpenCV does not load.
    import cv2  # noqa: PLC0415 - see above.
    import numpy as np  # noqa: PLC0415 - see above.

    height, width = pixels.shape[:2]
    target = max(1, round(width * scale)), max(1, round(height * scale))
    # Halving is many times faster than any other factor, and as exact.
    while pixels.shape[1] >= 2 * target[0] and pixels.shape[0] >= 2 * target[1]:
        half = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if pixels.shape[1::-1] == target:
        return pixels
    return np.asarray(cv2.resize(pixels, target, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
