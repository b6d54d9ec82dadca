"""What a camera sees while nothing is worn, and how much of a shot still looks so."""

from __future__ import annotations

import numpy as np

from device.frame import Cutout, Frame, UInt8Array
from device.halvings import Halvings
from device.likeness import unchanged_share

_LONGEST_PX = 240
"""Small enough to compare in milliseconds, large enough for a leak of a hundredth of a mask."""
_RESTED_LOOKS = 2
"""One look may miss a garment; the second is at the mirror image."""
_REFRESH_S = 2.0


class BareSet:
    """Remembers the latest frame at rest in which no garment was found, of one camera.

    Belongs to the shooting thread; whoever judges a shot meanwhile only reads.
    """

    def __init__(self, garment_share: float) -> None:
        """Take the share of the frame below which nothing was found."""
        self._garment_share = garment_share
        self._picture: UInt8Array | None = None
        self._colour_order = ""
        self._monotonic_s = 0.0

    def saw(self, frame: Frame, garment_share: float, looks: int) -> None:
        """Look at a preview, and remember it where it shows the bare set.

        Args:
            frame: the whole picture, at any size.
            garment_share: share of it that was found to be garment.
            looks: how many previews there were since the scene came to rest.
        """
        if garment_share >= self._garment_share or looks < _RESTED_LOOKS:
            return
        age_s = frame.monotonic_s - self._monotonic_s
        # Whatever rests hardly changes; a camera that was opened anew may count from 0 again.
        if looks > _RESTED_LOOKS and self._picture is not None and 0 <= age_s < _REFRESH_S:
            return
        # A copy: the resized picture of a small frame is the frame's own.
        self._picture = Halvings(frame.pixels).resized(*_size(frame)).copy()
        self._colour_order, self._monotonic_s = frame.colour_order, frame.monotonic_s

    def share_of(self, cutout: Cutout) -> float | None:
        """Share of a shot's mask that looks as it did when the set was bare.

        Returns:
            0 to 1; None where no bare set is known, where this is another one (in another size,
            from another place, in other light), or where the garment is too much like the form.
        """
        bare, frame = self._picture, cutout.frame
        if bare is None:
            return None
        height_px, width_px = bare.shape[:2]
        own_width_px, own_height_px = _size(frame)
        # The proportions of a camera's two streams agree but for the rounding.
        if max(abs(own_width_px - width_px), abs(own_height_px - height_px)) > 1:
            return None
        shown = Halvings(frame.pixels).resized(width_px, height_px)
        if frame.colour_order != self._colour_order:
            shown = np.ascontiguousarray(shown[:, :, ::-1])
        alpha = cutout.mask.alpha
        return unchanged_share(bare, shown, Halvings(alpha).resized(width_px, height_px))


def _size(frame: Frame) -> tuple[int, int]:
    """Width and height to compare at; the same for frames of the same proportions."""
    scale = min(1.0, _LONGEST_PX / max(frame.width_px, frame.height_px))
    return max(1, round(frame.width_px * scale)), max(1, round(frame.height_px * scale))
