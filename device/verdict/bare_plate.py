"""What a camera sees while nothing is worn, and how much of a shot still looks so."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.pyramid import ImagePyramid
from device.pipeline.cutout import Cutout
from device.pipeline.quick_mask import QuickMask
from device.verdict.plate_comparison import PlateComparison, compare

_LONGEST_PX = 240
"""Small enough to compare in milliseconds, large enough for a leak of a hundredth of a mask."""
_RESTED_LOOKS = 2
"""One look may miss a garment; the second is at the mirror image."""
_REFRESH_S = 2.0
_MARGIN_PX = 8
"""Around what a preview found, for what a shot finds beside it."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A scene at rest held against the bare set, once for all of its shots."""

    rest: int
    likeness: PlateComparison


class BarePlate:
    """Remembers the latest frame at rest in which no garment was found, of one camera.

    Belongs to the shooting thread, which judges too.
    """

    def __init__(self, garment_share: float) -> None:
        """Take the share of the frame below which nothing was found."""
        self._garment_share = garment_share
        self._picture: UInt8Array | None = None
        self._colour_order = ""
        self._monotonic_s = 0.0
        self._compared: _Comparison | None = None

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
        height_px, width_px = _size(frame)
        # A copy: the resized picture of a small frame is the frame's own.
        self._picture = frame.pyramid.resize(width_px, height_px).copy()
        self._colour_order, self._monotonic_s = frame.colour_order, frame.monotonic_s
        self._compared = None

    def compare(self, look: QuickMask, looks: int, rest: int) -> None:
        """Hold a scene that rests against the bare set, so that its shots need not wait for it.

        Args:
            look: a preview of it.
            looks: how many there were since it came to rest.
            rest: the number of that rest.
        """
        known, bare = self._compared is not None and self._compared.rest == rest, self._picture
        if known or looks < _RESTED_LOOKS or bare is None or not _is_alike(look.frame, bare):
            return
        if look.garment_share < self._garment_share:
            return
        found = np.asarray(cv2.resize(look.inside, (bare.shape[1], bare.shape[0])) > 0)
        alpha = found.astype(np.uint8) * np.uint8(255)
        likeness = self._held_against(bare, look.frame, alpha, _MARGIN_PX)
        # Without one the light may not have settled yet.
        self._compared = None if likeness is None else _Comparison(rest, likeness)

    def share_of(self, cutout: Cutout, rest: int | None = None) -> float | None:
        """Share of a shot's mask that looks as it did when the set was bare.

        Args:
            cutout: the shot.
            rest: the number of the rest that it was taken in, None outside of any.

        Returns:
            0 to 1; None where no bare set is known, where this is another one (in another size,
            from another place, in other light), or where the garment is too much like the form.
        """
        bare = self._picture
        if bare is None or not _is_alike(cutout.frame, bare):
            return None
        alpha = ImagePyramid(cutout.mask.alpha).resize(bare.shape[1], bare.shape[0])
        known = self._compared
        if known is not None and known.rest == rest and known.likeness.holds(alpha):
            return known.likeness.unchanged_share(alpha)
        found = self._held_against(bare, cutout.frame, alpha, 0)
        return None if found is None else found.unchanged_share(alpha)

    def _held_against(
        self, bare: UInt8Array, frame: Frame, alpha: UInt8Array, margin_px: int
    ) -> PlateComparison | None:
        height_px, width_px = bare.shape[:2]
        shown = frame.pyramid.resize(width_px, height_px)
        if frame.colour_order != self._colour_order:
            shown = np.ascontiguousarray(shown[:, :, ::-1])
        return compare(bare, shown, alpha, margin_px)


def _size(frame: Frame) -> tuple[int, int]:
    """Height and width to compare at; the same for frames of the same proportions."""
    scale = min(1.0, _LONGEST_PX / max(frame.width_px, frame.height_px))
    return max(1, round(frame.height_px * scale)), max(1, round(frame.width_px * scale))


def _is_alike(frame: Frame, bare: UInt8Array) -> bool:
    """Whether a frame has the bare set's proportions; of two streams they may differ a little."""
    own = _size(frame)
    return max(abs(own[0] - bare.shape[0]), abs(own[1] - bare.shape[1])) <= 1
