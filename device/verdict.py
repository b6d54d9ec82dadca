"""What the photographer should know before the garment leaves the set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from device.measurements import Measurements

State = Literal["ok", "unsure", "retake"]

NOTHING_FOUND = "nothing-found"
TOUCHES_EDGE = "touches-edge"
BLURRED = "blurred"
MOVED = "moved"
OVER_EXPOSED = "over-exposed"
UNDER_EXPOSED = "under-exposed"
WHITE_BALANCE = "white-balance"
EDGE_UNSURE = "edge-unsure"
ISLANDS = "islands"
HOLES = "holes"
MANNEQUIN_LEAK = "mannequin-leak"
REASONS = (
    *(NOTHING_FOUND, TOUCHES_EDGE, BLURRED, MOVED, OVER_EXPOSED, UNDER_EXPOSED, WHITE_BALANCE),
    *(EDGE_UNSURE, ISLANDS, HOLES, MANNEQUIN_LEAK),
)


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


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of a shot.

    Attributes:
        state: ``ok``; ``unsure``, have a look; ``retake``, the shot is of no use.
        reasons: why it is not ``ok``, of `REASONS`.
        measurements: the numbers behind it, by name.
    """

    state: State
    reasons: tuple[str, ...] = ()
    measurements: dict[str, float | int | None] = field(default_factory=dict)

    def document(self) -> dict[str, object]:
        """The verdict as it is published."""
        return {
            "state": self.state,
            "reasons": list(self.reasons),
            "measurements": dict(self.measurements),
        }


STANDARD = VerdictSettings()


def judge(found: Measurements, settings: VerdictSettings = STANDARD) -> Verdict:
    """Judge a shot by its measurements.

    What may be meant, such as a close-up that the frame cuts off, is only ``unsure``.
    """
    told = found.document()
    if found.garment_share < settings.garment_share:
        return Verdict("retake", (NOTHING_FOUND,), told)
    light = found.light_drift_stops
    other_light = _over(light, settings.light_drift_stops) or _under(
        light, -settings.light_drift_stops
    )
    retake = {
        BLURRED: _over(found.edge_width_px, settings.blur_retake_px),
        OVER_EXPOSED: _over(found.clipped_share, settings.clipped_retake_share),
        UNDER_EXPOSED: _under(found.bright_level, settings.dark_retake_level),
    }
    unsure = {
        TOUCHES_EDGE: _over(found.edge_touch_share, settings.edge_touch_share),
        BLURRED: _over(found.edge_width_px, settings.blur_px),
        MOVED: _over(found.motion_share, settings.motion_share),
        OVER_EXPOSED: _over(found.clipped_share, settings.clipped_share)
        or _over(found.scene_clipped_share, settings.scene_clipped_share)
        or _over(light, settings.light_drift_stops),
        UNDER_EXPOSED: _under(found.bright_level, settings.dark_level)
        or _under(light, -settings.light_drift_stops),
        # What is blown or black has lost its colour.
        WHITE_BALANCE: not other_light and _over(found.white_drift, settings.white_drift),
        EDGE_UNSURE: _over(found.faint_share, settings.faint_share),
        ISLANDS: _over(found.islands, settings.islands),
        HOLES: _over(found.holes, settings.holes),
        MANNEQUIN_LEAK: _over(found.bare_share, settings.bare_share),
    }
    reasons = tuple(reason for reason in REASONS if retake.get(reason) or unsure.get(reason))
    if any(retake.values()):
        return Verdict("retake", reasons, told)
    return Verdict("unsure" if reasons else "ok", reasons, told)


def _over(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _under(value: float | None, limit: float) -> bool:
    return value is not None and value < limit
