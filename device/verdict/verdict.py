"""What the photographer should know before the garment leaves the set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from device.settings.verdict import STANDARD, VerdictSettings

if TYPE_CHECKING:
    from device.verdict.measurements import Measurements

State = Literal["ok", "unsure", "retake"]

DAMAGED = "damaged"
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
    *(
        DAMAGED,
        NOTHING_FOUND,
        TOUCHES_EDGE,
        BLURRED,
        MOVED,
        OVER_EXPOSED,
        UNDER_EXPOSED,
        WHITE_BALANCE,
    ),
    *(EDGE_UNSURE, ISLANDS, HOLES, MANNEQUIN_LEAK),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of a shot.

    Attributes:
        state: ``ok``; ``unsure``, check it; ``retake``, the shot is of no use.
        reasons: why it is not ``ok``, of `REASONS`.
        measurements: the numbers behind it, by name.
    """

    state: State
    reasons: tuple[str, ...] = ()
    measurements: dict[str, float | int | None] = field(default_factory=dict)

    def describe(self) -> dict[str, object]:
        """Return the verdict as it is published."""
        return {
            "state": self.state,
            "reasons": list(self.reasons),
            "measurements": dict(self.measurements),
        }


def judge(found: Measurements, settings: VerdictSettings = STANDARD) -> Verdict:
    """Judge a shot by its measurements.

    What may be intended, such as a close-up that the frame cuts off, is only ``unsure``.
    """
    numbers = found.describe()
    if found.garment_share < settings.garment_share:
        why = (DAMAGED, NOTHING_FOUND) if found.damaged else (NOTHING_FOUND,)
        return Verdict("retake", why, numbers)
    light = found.light_drift_stops
    other_light = _is_over(light, settings.light_drift_stops) or _is_under(
        light, -settings.light_drift_stops
    )
    retake = {
        DAMAGED: bool(found.damaged),
        BLURRED: _is_over(found.edge_width_px, settings.blur_retake_px),
        OVER_EXPOSED: _is_over(found.clipped_share, settings.clipped_retake_share),
        UNDER_EXPOSED: _is_under(found.bright_level, settings.dark_retake_level),
    }
    unsure = {
        TOUCHES_EDGE: _is_over(found.edge_touch_share, settings.edge_touch_share),
        BLURRED: _is_over(found.edge_width_px, settings.blur_px),
        MOVED: _is_over(found.motion_share, settings.motion_share),
        OVER_EXPOSED: _is_over(found.clipped_share, settings.clipped_share)
        or _is_over(found.scene_clipped_share, settings.scene_clipped_share)
        or _is_over(light, settings.light_drift_stops),
        UNDER_EXPOSED: _is_under(found.bright_level, settings.dark_level)
        or _is_under(light, -settings.light_drift_stops),
        # Pixels that are clipped or black have lost their colour.
        WHITE_BALANCE: not other_light and _is_over(found.white_drift, settings.white_drift),
        EDGE_UNSURE: _is_over(found.faint_share, settings.faint_share),
        ISLANDS: _is_over(found.islands, settings.islands),
        HOLES: _is_over(found.holes, settings.holes),
        MANNEQUIN_LEAK: _is_over(found.bare_share, settings.bare_share),
    }
    reasons = tuple(reason for reason in REASONS if retake.get(reason) or unsure.get(reason))
    if any(retake.values()):
        return Verdict("retake", reasons, numbers)
    return Verdict("unsure" if reasons else "ok", reasons, numbers)


def _is_over(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _is_under(value: float | None, limit: float) -> bool:
    return value is not None and value < limit
