"""Settings of the verdict on a shot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VerdictSettings:
    """Where a measurement becomes a reason; the defaults were set on data, see docs/cutouts.md.

    Where there are two thresholds, the first makes a shot ``unsure`` and the second a
    ``retake``.

    Attributes:
        garment_share: less of the frame is nothing found.
        edge_touch_share: more of one of the frame's edges is a garment cut off.
        blur_px: wider edges, at a longer side of 1600 pixels, may be blurred.
        blur_retake_px: wider edges are.
        motion_share: more of the scene moving is a moved shot.
        clipped_share: more of the garment with a channel at its end may be over-exposed.
        clipped_retake_share: more of it is.
        scene_clipped_share: more of the whole frame so may be; 1 for a set lit until its
            backdrop is blown on purpose.
        dark_level: a brightest hundredth darker than this, of 255, may be under-exposed.
        dark_retake_level: a darker one is.
        light_drift_stops: surroundings so much brighter or darker than in the session may be
            over- or under-exposed.
        white_drift: surroundings that changed colour by more than this share, in light that is
            no brighter or darker than that.
        faint_share: more of the mask that the model is hardly sure of: the edge is likely to
            be wrong somewhere.
        bare_share: more of the mask that looks as it did when the set was bare: the mannequin,
            or what stands around it, is in the mask.
        islands: more separate parts of the garment.
        holes: more openings in it.
    """

    garment_share: float = 0.002
    edge_touch_share: float = 0.01
    blur_px: float = 3.2
    blur_retake_px: float = 4.0
    motion_share: float = 0.01
    clipped_share: float = 0.1
    clipped_retake_share: float = 0.3
    scene_clipped_share: float = 0.12
    dark_level: float = 140.0
    dark_retake_level: float = 102.0
    light_drift_stops: float = 0.7
    white_drift: float = 0.02
    faint_share: float = 0.06
    bare_share: float = 0.01
    islands: int = 2
    holes: int = 1


STANDARD = VerdictSettings()
