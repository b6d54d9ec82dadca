"""What is measured of a shot before the garment leaves the set."""

from __future__ import annotations

from dataclasses import dataclass, fields

import cv2
import numpy as np

from device.imaging.arrays import UInt8Array
from device.pipeline.cutout import Cutout
from device.segmentation.cell_grid import CellGrid
from device.verdict.expected_iou import (
    find_weakest,
    measure_doubt_share,
    measure_soft_iou,
    predict_iou,
)
from device.verdict.framing import Framing, measure_framing
from device.verdict.light_drift import LightDrift
from device.verdict.light_sample import LightSample, sample_light
from device.verdict.sharpness import measure_edge_width_px

_CLIPPED_LEVEL = 253
"""JPEG and demosaicing leave clipped pixels a level or two below 255."""
_WHITE = 230
"""A clipped pixel whose darkest channel is darker was no white: it has lost its colour."""
_BRIGHT = 0.99
"""The brightest hundredth: a single reflection is no white."""
_UNSURE_LOGIT = 1.0
"""A probability of 0.73. The setting ``faint_share`` was chosen for it."""
_LEAST_ISLAND = 0.01
"""Smaller islands and holes, as a share of the garment, are specks and buttonholes."""
_PARENT = 3
"""Index of a contour's parent in OpenCV's hierarchy: what it is a hole of, -1 for an outer one."""


@dataclass(frozen=True, slots=True)
class Measurements:
    """Numbers behind a verdict; None where one could not be taken.

    Attributes:
        garment_share: share of the frame that is garment.
        edge_touch_share: the largest share of one of the frame's four edges under garment.
        cut_share: the largest share of the garment's own width or height that leaves the frame at
            one edge, beyond what leaves at the opposite one; see `device.verdict.framing.Framing`.
        edge_width_px: width of the sharpest edges at a longer side of 1600 pixels.
        motion_share: share of the scene that moved while it was meant to be still.
        clipped_share: share of the garment with a channel at its end.
        scene_clipped_share: the same of the whole frame.
        colour_clipped_share: share of the frame with a channel at its end and another well below.
        bright_level: level, of 255, that the brightest hundredth of the frame reaches.
        light_drift_stops: how much brighter the surroundings are than in the shots before; below
            0 darker.
        white_drift: change of the surroundings' colour against the shots before, in natural
            logarithms of the channels' ratios.
        faint_share: share of the garment's cells whose logit is near 0.
        bare_share: share of the garment that looks as the set did with nothing worn.
        person_share: share of the frame that is a person's skin or hair.
        plate_removed_share: share of what the model took for garment that was taken out of the mask
            for looking as the set did with nothing worn; `bare_share` is of the rest.
        islands: separate parts of the garment.
        holes: openings in it.
        soft_iou: of the mask, by the model's own probabilities; see
            `device.verdict.expected_iou.measure_soft_iou`.
        agreement: IoU of the first two passes.
        doubt_share: what is in doubt beyond the edge, as a share of the mask.
        expected_iou: of the mask, by what such masks were worth on labelled pictures.
        weakest: left, top, width and height of the place where the mask is least certain, px.
        damaged: 1 where a photo's file lost data that the decoder had to make up, else 0.
    """

    garment_share: float
    edge_touch_share: float
    cut_share: float | None = None
    edge_width_px: float | None = None
    motion_share: float | None = None
    clipped_share: float | None = None
    scene_clipped_share: float | None = None
    colour_clipped_share: float | None = None
    bright_level: float | None = None
    light_drift_stops: float | None = None
    white_drift: float | None = None
    faint_share: float | None = None
    bare_share: float | None = None
    person_share: float | None = None
    plate_removed_share: float | None = None
    islands: int | None = None
    holes: int | None = None
    soft_iou: float | None = None
    agreement: float | None = None
    doubt_share: float | None = None
    expected_iou: float | None = None
    damaged: int | None = None
    weakest: tuple[int, int, int, int] | None = None

    def describe(self) -> dict[str, float | int | None]:
        """Return the numbers as they are published; the place goes beside them."""
        values = {
            entry.name: getattr(self, entry.name)
            for entry in fields(self)
            if entry.name != "weakest"
        }
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in values.items()
        }


def measure(
    cutout: Cutout,
    *,
    motion_share: float | None = None,
    drift: LightDrift | None = None,
    sample: LightSample | None = None,
    bare_share: float | None = None,
    framing: Framing | None = None,
    person_share: float | None = None,
) -> Measurements:
    """Measure a shot.

    Args:
        cutout: the shot; one without logits is measured by its mask alone.
        motion_share: of the scene, None for a photo that stands alone.
        drift: of its light, None where there is nothing to compare with.
        sample: of its light, where there is one already.
        bare_share: by `device.plate.bare_plate.BarePlate.measure_share`, None without a plate.
        framing: of its mask against the shots before, None where it stands alone.
        person_share: by `device.verdict.people_watch.PeopleWatch`, None where nobody looked.
    """
    mask, logits, coarse_alpha = cutout.mask, cutout.logits, cutout.coarse_alpha
    framing = framing or measure_framing(mask)
    if logits is None or coarse_alpha is None or mask.bbox is None:
        return Measurements(
            mask.garment_share,
            framing.edge_touch_share,
            framing.cut_share,
            motion_share=motion_share,
            person_share=person_share,
            damaged=_read_damage(cutout),
        )
    sample = sample or sample_light(cutout)
    garment = sample.alpha > 127
    red, green, blue = cv2.split(sample.pixels)
    brightest, darkest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    clipped = brightest >= _CLIPPED_LEVEL
    levels = np.cumsum(np.bincount(brightest.ravel(), minlength=256))
    islands, holes = _count_islands(coarse_alpha)
    soft_iou, doubt_share = measure_soft_iou(logits), measure_doubt_share(logits)
    return Measurements(
        garment_share=mask.garment_share,
        edge_touch_share=framing.edge_touch_share,
        cut_share=framing.cut_share,
        edge_width_px=measure_edge_width_px(cutout),
        motion_share=motion_share,
        clipped_share=float(clipped[garment].mean()) if garment.any() else None,
        scene_clipped_share=float(clipped.mean()),
        colour_clipped_share=float((clipped & (darkest < _WHITE)).mean()),
        bright_level=float(np.searchsorted(levels, _BRIGHT * levels[-1])),
        light_drift_stops=None if drift is None else drift.light_stops,
        white_drift=None if drift is None else drift.white,
        faint_share=_measure_faint_share(logits),
        bare_share=bare_share,
        person_share=person_share,
        plate_removed_share=cutout.removed_share,
        islands=islands,
        holes=holes,
        soft_iou=soft_iou,
        agreement=logits.agreement,
        doubt_share=doubt_share,
        expected_iou=None
        if cutout.iou_model is None
        else predict_iou(cutout.iou_model, soft_iou, logits.agreement, doubt_share),
        damaged=_read_damage(cutout),
        weakest=find_weakest(logits),
    )


def _read_damage(cutout: Cutout) -> int | None:
    frame = cutout.frame
    return int(frame.damage is not None) if frame.is_photo else None


def _measure_faint_share(logits: CellGrid) -> float | None:
    inside = logits.inside
    garment = np.count_nonzero(inside > 0)
    faint = np.count_nonzero((inside > 0) & (inside < _UNSURE_LOGIT))
    return faint / garment if garment else None


def _count_islands(alpha: UInt8Array) -> tuple[int, int]:
    """Count islands and holes of some size: a tenth of the work of labelling them."""
    _, garment = cv2.threshold(alpha, 127, 1, cv2.THRESH_BINARY)
    outlines, tree = cv2.findContours(garment, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    least = max(1.0, _LEAST_ISLAND * cv2.countNonZero(garment))
    islands = holes = 0
    for number, outline in enumerate(outlines):
        area = cv2.contourArea(outline)
        # Pick's theorem: the outline runs through garment pixels, those of a hole around it.
        if tree[0, number, _PARENT] < 0:
            islands += area + len(outline) / 2 + 1 >= least
        else:
            holes += area - len(outline) / 2 + 1 >= least
    return islands, holes
