"""What a camera sees while nothing is worn, and how much of a shot still looks so."""

from __future__ import annotations

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.imaging.frame import Frame
from device.imaging.plate_comparison import PlateComparison, compare_with_plate
from device.imaging.pyramid import ImagePyramid
from device.pipeline.cutout import Cutout
from device.pipeline.quick_mask import QuickMask
from device.pipeline.still_scene import StillScene
from device.verdict.unchanged_share import find_unchanged_share

_LONGEST_PX = 240
"""Small enough to compare in milliseconds, large enough for a leak of a hundredth of a mask."""
_LEAST_PREVIEWS = 2
"""One preview may miss a garment; the second is of the mirror image."""
_REFRESH_S = 2.0
"""A plate that is not this old yet is good enough: a scene at rest hardly changes."""
_MARGIN_PX = 8
"""Around what a preview found, for what a shot finds beside it."""


class BarePlate:
    """Remembers the latest frame at rest in which no garment was found, of one camera.

    Belongs to the shooting thread, which judges too.
    """

    def __init__(self, garment_share: float) -> None:
        """Begin without a plate.

        Args:
            garment_share: share of the frame below which nothing was found.
        """
        self._garment_share = garment_share
        self._picture: UInt8Array | None = None
        self._colour_order = ""
        self._monotonic_s = 0.0

    def learn(self, preview: QuickMask, scene: StillScene) -> None:
        """Take a preview for the plate, or compare its scene with the plate.

        The scene is compared while it rests, so that its shots need not wait for it.

        Args:
            preview: of a frame of the scene.
            scene: it takes the comparison.
        """
        previews = scene.count_previews(preview.logits)
        if preview.garment_share < self._garment_share:
            if self.remember(preview.frame, previews):
                scene.plate_comparison = None
        elif scene.plate_comparison is None and previews >= _LEAST_PREVIEWS:
            # None again while the light has not settled: the next preview tries once more.
            scene.plate_comparison = self._compare_preview(preview)

    def remember(self, frame: Frame, previews: int) -> bool:
        """Take a frame in which no garment was found for the plate, if it has come to rest.

        Args:
            frame: the whole picture, at any size.
            previews: how many there were since the scene came to rest.

        Returns:
            Whether the plate is a new one.
        """
        age_s = frame.monotonic_s - self._monotonic_s
        # A camera that was opened anew may count from 0 again.
        fresh = self._picture is not None and 0 <= age_s < _REFRESH_S
        if previews < _LEAST_PREVIEWS or (previews > _LEAST_PREVIEWS and fresh):
            return False
        height_px, width_px = _fit_size(frame)
        # A copy: the resized picture of a small frame is the frame's own.
        self._picture = frame.pyramid.resize(width_px, height_px).copy()
        self._colour_order, self._monotonic_s = frame.colour_order, frame.monotonic_s
        return True

    def measure_share(self, cutout: Cutout, scene: StillScene | None = None) -> float | None:
        """Return the share of a shot's mask that looks as it did with nothing worn.

        Args:
            cutout: the shot.
            scene: the one that it was taken of, None for a picture that stands alone.

        Returns:
            0 to 1; None where there is no plate, where the shot shows another set (in another
            size, from another place, in other light), or where the garment is too much like the
            form.
        """
        plate = self._picture
        if plate is None or not _has_proportions_of(cutout.frame, plate):
            return None
        alpha = ImagePyramid(cutout.mask.alpha).resize(plate.shape[1], plate.shape[0])
        comparison = None if scene is None else scene.plate_comparison
        if comparison is None or not comparison.covers(alpha):
            comparison = self._compare(plate, cutout.frame, alpha, 0)
        return None if comparison is None else find_unchanged_share(comparison, alpha)

    def _compare_preview(self, preview: QuickMask) -> PlateComparison | None:
        plate = self._picture
        if plate is None or not _has_proportions_of(preview.frame, plate):
            return None
        size_px = (plate.shape[1], plate.shape[0])
        garment = np.asarray(cv2.resize(preview.grid.inside, size_px) > 0)
        alpha = garment.astype(np.uint8) * np.uint8(255)
        return self._compare(plate, preview.frame, alpha, _MARGIN_PX)

    def _compare(
        self, plate: UInt8Array, frame: Frame, alpha: UInt8Array, margin_px: int
    ) -> PlateComparison | None:
        height_px, width_px = plate.shape[:2]
        shown = frame.pyramid.resize(width_px, height_px)
        if frame.colour_order != self._colour_order:
            shown = np.ascontiguousarray(shown[:, :, ::-1])
        return compare_with_plate(plate, shown, alpha, margin_px)


def _fit_size(frame: Frame) -> tuple[int, int]:
    """Return height and width to compare at; the same for frames of the same proportions."""
    scale = min(1.0, _LONGEST_PX / max(frame.width_px, frame.height_px))
    return max(1, round(frame.height_px * scale)), max(1, round(frame.width_px * scale))


def _has_proportions_of(frame: Frame, plate: UInt8Array) -> bool:
    """Say whether a frame has the plate's proportions; of two streams they may differ a little."""
    own = _fit_size(frame)
    return max(abs(own[0] - plate.shape[0]), abs(own[1] - plate.shape[1])) <= 1
