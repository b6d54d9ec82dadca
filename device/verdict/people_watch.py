"""Whether somebody is in the picture: skin and hair that no form has, or what reaches in."""

from __future__ import annotations

import math

import cv2
import numpy as np

from device.imaging.arrays import BoolArray, UInt8Array
from device.imaging.thumbnail import make_thumbnail
from device.pipeline.quick_mask import QuickMask
from device.pipeline.still_scene import StillScene
from device.segmentation.cell_grid import CellGrid
from device.verdict.reach_in import clear_garment, measure_reach

_LEAST_PREVIEWS = 2
"""One preview may miss a garment; the second is of the mirror image."""
_LIKE_PERSON_LOGIT = -1.5
"""What reached this on the bare set may well pass 0 when it is lit or turned a little."""
_NUDGE_CELLS = 1
"""A form is pushed while it is dressed, and its hands with it."""


class PeopleWatch:
    """Measures previews, and remembers what looks like people while nothing is worn.

    Belongs to the shooting thread.

    Attributes:
        person_share: share of the frame that the latest preview found to be somebody's, 0 to 1;
            None before the first, and with a bundle that does not tell.
    """

    def __init__(self, garment_share: float, wait_s: float = math.inf) -> None:
        """Begin without knowing the set.

        Args:
            garment_share: share of the frame below which nothing is worn.
            wait_s: who or what has stood there for so long without moving is a part of the set
                from then on: a form with a face makes the trigger wait once, and not for every
                garment that it wears.
        """
        self.person_share: float | None = None
        self._garment_share, self._wait_s = garment_share, wait_s
        self._scene: StillScene | None = None
        self._since_s = 0.0
        self._stood: UInt8Array | None = None
        self._of_set: UInt8Array | None = None
        self._bare: UInt8Array | None = None

    def measure(self, preview: QuickMask, scene: StillScene) -> None:
        """Measure a preview; its scene keeps the most that any of its previews gave.

        Args:
            preview: of a frame of the scene, or of one before it.
            scene: the present one.
        """
        people = preview.people
        if people is None:
            return
        previews, small = scene.count_previews(preview.logits), make_thumbnail(preview.frame)
        if preview.garment_share < self._garment_share and previews >= _LEAST_PREVIEWS:
            self._of_set = _mark(people, _LIKE_PERSON_LOGIT)
            # A copy: of a frame as small as that it is the frame's own.
            self._bare = small.copy()
        share = self.person_share = max(
            self._measure_skin(people), self._measure_reach(preview, small)
        )
        if previews:
            scene.person_share = max(share, scene.person_share or 0.0)
            if self._measure_rest(scene, preview.frame.monotonic_s) >= self._wait_s:
                self._take_for_set(preview, people, small)

    def _measure_rest(self, scene: StillScene, now_s: float) -> float:
        """Return for how many seconds the present scene has been seen."""
        # A camera that was opened anew may count from 0 again.
        if self._scene is not scene or now_s < self._since_s:
            self._scene, self._since_s = scene, now_s
        return now_s - self._since_s

    def _take_for_set(self, preview: QuickMask, people: CellGrid, small: UInt8Array) -> None:
        marked = _mark(people, _LIKE_PERSON_LOGIT)
        if self._stood is not None and self._stood.shape == marked.shape:
            marked |= self._stood
        self._stood = marked
        if self._bare is not None and self._bare.shape == small.shape:
            # What the form wears is none of the set, and hides it.
            beside = ~clear_garment(_find_garment(preview, small))
            self._bare[beside] = small[beside]

    def _measure_reach(self, preview: QuickMask, small: UInt8Array) -> float:
        if self._bare is None:
            return 0.0
        return measure_reach(self._bare, small, _find_garment(preview, small))

    def _measure_skin(self, people: CellGrid) -> float:
        marked, side = _mark(people, 0.0), 2 * _NUDGE_CELLS + 1
        for known in (self._of_set, self._stood):
            if known is not None and known.shape == marked.shape:
                marked &= ~np.asarray(cv2.dilate(known, np.ones((side, side), np.uint8)), np.uint8)
        return cv2.countNonZero(marked) / marked.size


def _find_garment(preview: QuickMask, small: UInt8Array) -> BoolArray:
    """Return where a preview found garment, on the cells of a thumbnail."""
    garment = (preview.grid.inside > 0).astype(np.uint8) * np.uint8(255)
    size = (small.shape[1], small.shape[0])
    return np.asarray(cv2.resize(garment, size, interpolation=cv2.INTER_AREA) > 127)


def _mark(people: CellGrid, logit: float) -> UInt8Array:
    """Return 255 where a logit is exceeded, on the cells of the frame."""
    return np.asarray(np.where(people.inside > logit, 255, 0), np.uint8)
