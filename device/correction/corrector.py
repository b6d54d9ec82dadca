"""Applies strokes to the mask of a frame."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from device.correction.regrowth import find_changed
from device.correction.stroke import Stroke
from device.imaging.arrays import Float32Array, UInt8Array
from device.imaging.frame import Frame
from device.imaging.region import Region
from device.matting.alpha_field import refine_alpha
from device.matting.foreground import Foreground
from device.matting.noise import estimate_noise
from device.matting.upsampling import upsample_alpha

_REACH = 3.0
"""How far from the stroke pixels may change, in radii of the brush. Chosen among 2 to 5 on the
training split of `python -m benchmarks.correction`: with 3 two strokes leave a hundredth of a leak,
and take half as much of the garment along as with 5."""
_CORE = 0.5
"""The share of the brush's radius within which a person is taken at their word."""
_MARGIN = 1.0
"""Beyond the reach, in radii: what stays, whose colours are learnt."""
_LONGEST_PX = 640
"""Longer side of the picture on which the edge is solved."""
_CUT_PX = 320
"""And of the one on which it is decided what changes sides."""
_STRIDE = 4
"""As of the shipped models, see `device.matting.alpha_field.refine_alpha`."""
_EDGE_PX = 2.0
"""How far the edge may be from where the cut found it, in pixels of that picture."""
_SOFT_PX = 6
"""No edge is softer: what is further from it is all garment or none."""
_SEAM_PX = 6
"""Around what changed, where the new edge runs into the old one."""
_MOST_STEPS = 100

Patch = tuple[Region, bytes]


@dataclass(frozen=True, slots=True)
class Change:
    """What a stroke, an undo or a redo has changed.

    Attributes:
        region: of the frame.
        alpha: uint8, shape of the region, as it is now.
    """

    region: Region
    alpha: UInt8Array


@dataclass(slots=True)
class _Step:
    stroke: Stroke
    before: Patch
    after: Patch


class Corrector:
    """A mask under correction. Not for two threads at once.

    A stroke is a hint and no paint: near it, it is decided anew by the picture what belongs to the
    garment, and the edge is solved there as it is elsewhere. The same strokes on the same mask
    give the same result.

    Attributes:
        alpha: uint8, shape (height, width) of the frame, as it is now. Not to be written to.
    """

    def __init__(self, frame: Frame, alpha: UInt8Array) -> None:
        """Begin with a mask.

        Args:
            frame: the picture, RGB or BGR.
            alpha: uint8, shape (height, width) of the frame; it is copied.
        """
        if alpha.shape != frame.pixels.shape[:2]:
            raise ValueError("the mask has another size than the frame")
        self.alpha = alpha.copy()
        self._frame = frame
        self._noise = estimate_noise(frame)
        self._done: list[_Step] = []
        self._undone: list[_Step] = []

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """Those that are in effect, in their order."""
        return tuple(step.stroke for step in self._done)

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take back; the last hundred can be."""
        return bool(self._done) and bool(self._done[-1].before[1])

    @property
    def can_redo(self) -> bool:
        """Whether there is a stroke that was taken back."""
        return bool(self._undone)

    def apply(self, stroke: Stroke) -> Change | None:
        """Apply a stroke; None where it lies outside the picture."""
        region = _find_region(stroke, self._frame)
        if region is None:
            return None
        old = self.alpha[region.rows, region.columns].copy()
        new = self._solve(stroke, region, old)
        self.alpha[region.rows, region.columns] = new
        self._undone.clear()
        self._done.append(_Step(stroke, _pack(region, old), _pack(region, new)))
        if len(self._done) > _MOST_STEPS:
            self._done[-_MOST_STEPS - 1].before = (region, b"")
        return Change(region, new)

    def undo(self) -> Change | None:
        """Take the last stroke back; None where there is none."""
        if not self.can_undo:
            return None
        step = self._done.pop()
        self._undone.append(step)
        return self._put(step.before)

    def redo(self) -> Change | None:
        """Apply again the stroke that was taken back last; None where there is none."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        return self._put(step.after)

    def _put(self, patch: Patch) -> Change:
        region, packed = patch
        shape = region.height_px, region.width_px
        alpha = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(shape)
        self.alpha[region.rows, region.columns] = alpha
        return Change(region, alpha)

    def _solve(self, stroke: Stroke, region: Region, old: UInt8Array) -> UInt8Array:
        """Return the alpha of a region after a stroke."""
        part = replace(region.crop(self._frame), colour_order="RGB")
        pixels = np.ascontiguousarray(part.pixels)
        if self._frame.colour_order != "RGB":
            pixels = np.ascontiguousarray(pixels[:, :, ::-1])
        part = replace(part, pixels=pixels)
        erases = stroke.mode == "erase"
        small = _shrink(pixels, _CUT_PX)
        shape = small.shape[0], small.shape[1]
        garment = _shrink(old, _CUT_PX) >= 128
        drawn = [
            stroke.draw(region, shape, stroke.radius_px * share) > 0 for share in (_CORE, 1, _REACH)
        ]
        changed = find_changed(small, garment if erases else ~garment, *drawn)
        if not changed.any():
            return old
        picture = _shrink(pixels, _LONGEST_PX)
        size = picture.shape[1], picture.shape[0]
        sides = _shrink(old, _LONGEST_PX).astype(np.float32) / 255
        moved = cv2.resize(changed.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
        share = sides * (1 - moved) if erases else sides + (1 - sides) * moved
        logits = _measure_distance(share >= 0.5)
        field = refine_alpha(logits, _EDGE_PX, picture, stride=_STRIDE, noise=self._noise)
        foreground = Foreground(field.alpha, field.picture)
        found = upsample_alpha(field, foreground, part, swapped=False).alpha
        found = _settle(found, logits)
        weight = _feather(changed, (old.shape[1], old.shape[0]))
        mixed = old + (found.astype(np.float32) - old) * weight
        new = np.minimum(old, mixed) if erases else np.maximum(old, mixed)
        return np.asarray(np.round(new), dtype=np.uint8)


def replay(frame: Frame, alpha: UInt8Array, strokes: Iterable[Stroke]) -> UInt8Array:
    """Return a mask after strokes; the same as of a person who drew them one by one."""
    corrector = Corrector(frame, alpha)
    for stroke in strokes:
        corrector.apply(stroke)
    return corrector.alpha


def _find_region(stroke: Stroke, frame: Frame) -> Region | None:
    margin_px = (_REACH + _MARGIN) * stroke.radius_px + 2 * _SEAM_PX
    left, top, right, bottom = stroke.find_box(margin_px)
    first = max(0, int(left)), max(0, int(top))
    last = min(frame.width_px, int(right) + 1), min(frame.height_px, int(bottom) + 1)
    width_px, height_px = last[0] - first[0], last[1] - first[1]
    if min(width_px, height_px) < 4:
        return None
    return Region(first[1], first[0], height_px, width_px)


def _shrink(pixels: UInt8Array, longest_px: int) -> UInt8Array:
    """Return a picture whose longer side is so long at most."""
    scale = longest_px / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    size = tuple(max(1, round(side * scale)) for side in pixels.shape[1::-1])
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _measure_distance(garment: np.typing.NDArray[np.bool_]) -> Float32Array:
    """Return how far each pixel is from the edge: above 0 inside the garment."""
    inside = cv2.distanceTransform(garment.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~garment).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(inside - outside, dtype=np.float32)


def _settle(alpha: UInt8Array, logits: Float32Array) -> UInt8Array:
    """Return an alpha without the faint outlines of what a stroke has taken away."""
    size = alpha.shape[1], alpha.shape[0]
    sides = np.where(logits > _SOFT_PX, 255, np.where(logits < -_SOFT_PX, 0, 128)).astype(np.uint8)
    sides = np.asarray(cv2.resize(sides, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    return np.where(sides == 128, alpha, sides)


def _feather(changed: np.typing.NDArray[np.bool_], size: tuple[int, int]) -> Float32Array:
    """Return 1 where something changed and 0 beyond the seam, at the size of the region."""
    side = 2 * _SEAM_PX + 1
    near = cv2.dilate(changed.astype(np.float32), np.ones((side, side), np.uint8))
    soft = cv2.blur(near, (_SEAM_PX, _SEAM_PX))
    return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _pack(region: Region, alpha: UInt8Array) -> Patch:
    return region, zlib.compress(np.ascontiguousarray(alpha).data, 1)
