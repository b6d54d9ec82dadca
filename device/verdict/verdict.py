"""What the photographer should know before the garment leaves the set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from device.settings.verdict import STANDARD, VerdictSettings

if TYPE_CHECKING:
    from device.verdict.measurements import Measurements

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
