"""What a camera sees while nothing is worn, and what of a shot still looks so."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from device.imaging.arrays import Float32Array, UInt8Array
from device.imaging.frame import Frame
from device.imaging.plate_comparison import PlateComparison, compare_with_plate
from device.imaging.pyramid import ImagePyramid
from device.pipeline.correction import Corrected
from device.pipeline.cutout import Cutout
from device.pipeline.quick_mask import QuickMask
from device.pipeline.still_scene import StillScene
from device.plate.cells import draw_logits, lower_logits
from device.plate.removal import find_removable
from device.plate.unchanged import find_new, find_unchanged
from device.segmentation.cell_grid import CellGrid

_LONGEST_PX = 240
"""Small enough to compare in milliseconds, large enough for a leak of a hundredth of a mask."""
_LEAST_PREVIEWS = 2
"""One preview may miss a garment; the second is of the mirror image."""
_REFRESH_S = 2.0
"""A plate that is not this old yet is good enough: a scene at rest hardly changes."""
_START_S = 3.0
"""So long after its first preview a rig takes the set for bare, whatever the model finds in it."""
_MARGIN_PX = 8
"""Around what a preview found, for what a shot finds beside it."""


@dataclass(frozen=True, slots=True)
class _Plate:
    """A picture of the set.

    Attributes:
        picture: uint8, shape (height, width, 3), its longer side `_LONGEST_PX` at most.
        colour_order: of the picture.
        monotonic_s: when it was taken, on the camera's clock.
        found: bool, shape (height, width), what the model took for garment in it; None for
            nothing.
    """

    picture: UInt8Array
    colour_order: str
    monotonic_s: float
    found: npt.NDArray[np.bool_] | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width."""
        return self.picture.shape[0], self.picture.shape[1]


class BarePlate:
    """Remembers the latest frame at rest in which no garment was found, of one camera.

    In a busy room the model takes things of the set for garment even where there is none. So
    before the first such frame stands the one with which the rig started, of which its people are
    asked to leave the set bare; it counts only where a garment has come since.

    Belongs to the shooting thread, which judges too.
    """

    def __init__(
        self, garment_share: float, *, acts: bool = True, bare_at_start: bool = True
    ) -> None:
        """Begin without a plate.

        Args:
            garment_share: share of the frame below which nothing was found.
            acts: whether `clear` takes anything away.
            bare_at_start: whether the set is taken for bare when the rig starts.
        """
        self._garment_share = garment_share
        self._acts = acts
        self._plate: _Plate | None = None
        self._starts = bare_at_start
        self._start_s: float | None = None
        self._first: StillScene | None = None

    def learn(self, preview: QuickMask, scene: StillScene) -> None:
        """Take a preview for the plate, or compare its scene with the plate.

        The scene is compared while it rests, so that its shots need not wait for it.

        Args:
            preview: of a frame of the scene.
            scene: it takes the comparison, and what is to be taken out of its previews.
        """
        previews = scene.count_previews(preview.logits)
        if preview.garment_share < self._garment_share:
            if self.remember(preview.frame, previews):
                scene.plate_comparison = scene.plate_removable = None
        elif self._is_starting(preview.frame, scene):
            if previews >= _LEAST_PREVIEWS:
                self._plate, self._first = _take_plate(preview.frame, preview.grid), scene
        elif scene.plate_comparison is None and previews >= _LEAST_PREVIEWS:
            # None again while the light has not settled: the next preview tries once more.
            self._compare_preview(preview, scene)

    def remember(self, frame: Frame, previews: int) -> bool:
        """Take a frame in which no garment was found for the plate, if it has come to rest.

        Args:
            frame: the whole picture, at any size.
            previews: how many there were since the scene came to rest.

        Returns:
            Whether the plate is a new one.
        """
        known = self._plate
        # A camera that was opened anew may count from 0 again.
        fresh = known is not None and 0 <= frame.monotonic_s - known.monotonic_s < _REFRESH_S
        if previews < _LEAST_PREVIEWS or (previews > _LEAST_PREVIEWS and fresh):
            return False
        self._plate, self._starts = _take_plate(frame), False
        return True

    def clear(self, frame: Frame, grid: CellGrid, scene: StillScene | None = None) -> Corrected:
        """Take out of the logits what certainly looks as it did with nothing worn.

        Args:
            frame: the picture.
            grid: its logits.
            scene: the one that it was taken of, None for a frame that stands alone.

        Returns:
            The logits without it, and the share of the mask that is gone; as they were, and None,
            where there is no plate, or where the frame shows another set (in another size, from
            another place, in other light).
        """
        plate = self._plate
        if not self._acts or plate is None or not _has_proportions_of(frame, plate):
            return Corrected(grid)
        frame_px = (frame.height_px, frame.width_px)
        logits = draw_logits(grid, frame_px, plate.size_px)
        comparison = self._find_comparison(frame, _threshold(logits), scene)
        if comparison is None:
            return Corrected(grid)
        removable = find_removable(comparison, logits, plate.found)
        if removable is None:
            return Corrected(grid, 0.0)
        share = np.count_nonzero(removable) / np.count_nonzero(logits > 0)
        return Corrected(lower_logits(grid, frame_px, removable), share)

    def clear_preview(self, preview: QuickMask, scene: StillScene) -> QuickMask:
        """Return a preview as a shot of its scene would be, once the scene was compared."""
        removable, region = scene.plate_removable, preview.grid.region
        if removable is None:
            return preview
        # The logits are of the camera's frame, whose small copy the preview holds.
        frame_px = (region.height_px, region.width_px)
        return replace(preview, grid=lower_logits(preview.grid, frame_px, removable))

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
        plate = self._plate
        if plate is None or not _has_proportions_of(cutout.frame, plate):
            return None
        alpha = ImagePyramid(cutout.mask.alpha).resize(*plate.size_px[::-1])
        comparison = self._find_comparison(cutout.frame, alpha, scene)
        if comparison is None:
            return None
        if plate.found is not None and find_new(comparison, alpha, plate.found) is None:
            return None
        unchanged = find_unchanged(comparison, alpha)
        if unchanged is None:
            return None
        return np.count_nonzero(unchanged) / np.count_nonzero(alpha > 127)

    def _is_starting(self, frame: Frame, scene: StillScene) -> bool:
        """Say whether this is the first scene that has come to rest, and the time is not over."""
        if self._starts and self._start_s is None:
            self._start_s = frame.monotonic_s
        if self._first is not None and self._first is not scene:
            self._starts, self._first = False, None
        # A camera that was opened anew may count from 0 again.
        self._starts &= 0 <= frame.monotonic_s - (self._start_s or 0.0) < _START_S
        return self._starts

    def _find_comparison(
        self, frame: Frame, alpha: UInt8Array, scene: StillScene | None
    ) -> PlateComparison | None:
        known = None if scene is None else scene.plate_comparison
        if known is not None and known.covers(alpha):
            return known
        found = self._compare(frame, alpha, 0 if scene is None else _MARGIN_PX)
        if scene is not None:
            scene.plate_comparison = found
        return found

    def _compare_preview(self, preview: QuickMask, scene: StillScene) -> None:
        plate = self._plate
        if plate is None or not _has_proportions_of(preview.frame, plate):
            return
        region = preview.grid.region
        logits = draw_logits(preview.grid, (region.height_px, region.width_px), plate.size_px)
        comparison = self._compare(preview.frame, _threshold(logits), _MARGIN_PX)
        scene.plate_comparison = comparison
        if comparison is not None and self._acts:
            scene.plate_removable = find_removable(comparison, logits, plate.found)

    def _compare(self, frame: Frame, alpha: UInt8Array, margin_px: int) -> PlateComparison | None:
        plate = self._plate
        if plate is None:
            return None
        shown = frame.pyramid.resize(*plate.size_px[::-1])
        if frame.colour_order != plate.colour_order:
            shown = np.ascontiguousarray(shown[:, :, ::-1])
        return compare_with_plate(plate.picture, shown, alpha, margin_px)


def _threshold(logits: Float32Array) -> UInt8Array:
    return np.where(logits > 0, np.uint8(255), np.uint8(0))


def _take_plate(frame: Frame, found: CellGrid | None = None) -> _Plate:
    height_px, width_px = _fit_size(frame)
    # A copy: the resized picture of a small frame is the frame's own.
    picture, mask = frame.pyramid.resize(width_px, height_px).copy(), None
    if found is not None:
        region = found.region
        drawn = draw_logits(found, (region.height_px, region.width_px), (height_px, width_px))
        mask = np.asarray(drawn > 0)
    return _Plate(picture, frame.colour_order, frame.monotonic_s, mask)


def _fit_size(frame: Frame) -> tuple[int, int]:
    """Return height and width to compare at; the same for frames of the same proportions."""
    scale = min(1.0, _LONGEST_PX / max(frame.width_px, frame.height_px))
    return max(1, round(frame.height_px * scale)), max(1, round(frame.width_px * scale))


def _has_proportions_of(frame: Frame, plate: _Plate) -> bool:
    """Say whether a frame has the plate's proportions; of two streams they may differ a little."""
    own = _fit_size(frame)
    return max(abs(one - two) for one, two in zip(own, plate.size_px, strict=True)) <= 1
