"""The small pictures that the trigger and the photographer look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.frame import Frame, UInt8Array
    from device.halvings import Halvings

# Cells of the trigger's thumbnail along its longer side: a sleeve is several cells wide, and the
# noise of the hundreds of pixels under each averages out.
_THUMBNAIL_PX = 64
# A half of the frame stands for a preview that is to be no more than so much larger.
_LEAST_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class PreviewSettings:
    """How the live preview looks.

    Attributes:
        max_per_s: at most so many per second of camera time; also how often the trigger learns
            whether there is a garment.
        longest_px: the longer side; it may be a third less, where halving the frame gives that.
        quality: of the JPEG, 1 to 100.
    """

    max_per_s: float = 5.0
    longest_px: int = 640
    quality: int = 70


def shrink(frame: Frame, longest_px: int, halvings: Halvings | None = None) -> Frame:
    """The same frame with its longer side at most ``longest_px``; never enlarged.

    Args:
        frame: the picture.
        longest_px: the longer side.
        halvings: of the frame's pixels, where there are some already.
    """
    # Imported late, so that settings are read and faults found where OpenCV does not load.
    from device.halvings import Halvings  # noqa: PLC0415 - see above.

    scale = longest_px / max(frame.height_px, frame.width_px)
    if scale >= 1:
        return frame
    size = max(1, round(frame.width_px * scale)), max(1, round(frame.height_px * scale))
    return replace(frame, pixels=(halvings or Halvings(frame.pixels)).resized(*size))


def preview_frame(frame: Frame, longest_px: int, halvings: Halvings) -> Frame:
    """A frame as small as a preview; a half of a half is taken as it is where it is near."""
    half = longest = max(frame.height_px, frame.width_px)
    while half > longest_px:
        half //= 2
    near = half >= _LEAST_SHARE * min(longest, longest_px)
    return shrink(frame, half if near else longest_px, halvings)


def thumbnail(halvings: Halvings) -> UInt8Array:
    """What a trigger compares: uint8, the longer side 64 cells, each the mean of its pixels."""
    height, width = halvings.pixels.shape[:2]
    scale = _THUMBNAIL_PX / max(height, width)
    return halvings.resized(max(1, round(width * scale)), max(1, round(height * scale)))
