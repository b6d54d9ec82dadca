"""What can be measured of a shot before it leaves the set."""

from __future__ import annotations

from dataclasses import dataclass, fields

import cv2
import numpy as np

from device.evidence import Evidence
from device.frame import Cutout, Mask, UInt8Array
from device.sharpness import edge_width_px

_BLOWN_LEVEL = 251
_UNSURE_LOGIT = 1.0
_LEAST_PART = 0.01
"""Smaller islands and holes, as a share of the garment, are specks and buttonholes."""


@dataclass(frozen=True, slots=True)
class Measurements:
    """Numbers behind a verdict; None where one could not be taken.

    Attributes:
        garment_share: share of the frame that is garment.
        edge_touch_share: the largest share of one of the frame's four edges under garment.
        edge_width_px: width of the sharpest edges at a longer side of 1600 pixels.
        motion_share: share of the scene that moved while it was to be still.
        blown_share: share of the garment that is white in all channels.
        bright_level: level, of 255, that the brightest twentieth of the frame reaches.
        white_drift: change of the surroundings' colour against the session, in natural logarithms
            of the channels' ratios.
        unsure_share: cells whose logit is near 0, per cell of the outline.
        islands: separate parts of the garment.
        holes: openings in it.
        unseen_edge_share: share of the outline where the picture shows no edge.
    """

    garment_share: float
    edge_touch_share: float
    edge_width_px: float | None = None
    motion_share: float | None = None
    blown_share: float | None = None
    bright_level: float | None = None
    white_drift: float | None = None
    unsure_share: float | None = None
    islands: int | None = None
    holes: int | None = None
    unseen_edge_share: float | None = None

    def document(self) -> dict[str, float | int | None]:
        """The numbers as they are published."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in values.items()
        }


def measure(
    cutout: Cutout, *, motion_share: float | None = None, white_drift: float | None = None
) -> Measurements:
    """Measure a shot; what is passed in was seen by others."""
    mask, evidence = cutout.mask, cutout.evidence
    touch = _edge_touch(mask)
    if evidence is None or evidence.alpha.size == 0 or mask.bbox is None:
        return Measurements(mask.garment_share, touch, motion_share=motion_share)
    islands, holes = _parts(evidence.alpha)
    red, green, blue = cv2.split(evidence.picture)
    darkest, brightest = cv2.min(cv2.min(red, green), blue), cv2.max(cv2.max(red, green), blue)
    garment = evidence.alpha > 127
    levels = np.cumsum(np.bincount(brightest.ravel(), minlength=256))
    return Measurements(
        garment_share=mask.garment_share,
        edge_touch_share=touch,
        edge_width_px=edge_width_px(cutout),
        motion_share=motion_share,
        blown_share=float((darkest[garment] >= _BLOWN_LEVEL).mean()) if garment.any() else None,
        bright_level=float(np.searchsorted(levels, 0.95 * levels[-1])),
        white_drift=white_drift,
        unsure_share=_unsure_share(evidence),
        islands=islands,
        holes=holes,
        unseen_edge_share=_unseen(evidence),
    )


def _edge_touch(mask: Mask) -> float:
    alpha = mask.alpha
    edges = (alpha[0, :], alpha[-1, :], alpha[:, 0], alpha[:, -1])
    return max(float((edge >= 128).mean()) for edge in edges)


def _outline(garment: UInt8Array) -> UInt8Array:
    """Pixels of the garment that have a neighbour outside it, 1 or 0."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    inner = cv2.erode(garment, cross, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(garment - inner, dtype=np.uint8)


def _unsure_share(evidence: Evidence) -> float | None:
    cells = evidence.inside
    outline = int(_outline((cells > 0).astype(np.uint8)).sum())
    return float((np.abs(cells) < _UNSURE_LOGIT).sum() / outline) if outline else None


def _unseen(evidence: Evidence) -> float | None:
    outline = _outline((evidence.alpha > 127).astype(np.uint8)) > 0
    return float(1 - evidence.supported[outline].mean()) if outline.any() else None


def _parts(alpha: UInt8Array) -> tuple[int, int]:
    garment = (alpha > 127).astype(np.uint8)
    least = _LEAST_PART * int(garment.sum())
    islands = _large_components(garment, least)
    padded = np.pad(np.uint8(1) - garment, 1, constant_values=1)
    return islands, _large_components(padded, least) - 1


def _large_components(kind: UInt8Array, least_px: float) -> int:
    _, _, stats, _ = cv2.connectedComponentsWithStats(kind, connectivity=4)
    return int((stats[1:, cv2.CC_STAT_AREA] >= max(1.0, least_px)).sum())
