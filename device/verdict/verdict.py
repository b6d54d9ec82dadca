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
MASK_UNSURE = "mask-unsure"
MANNEQUIN_LEAK = "mannequin-leak"
SOMEBODY_IN_PICTURE = "somebody-in-picture"
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
    *(EDGE_UNSURE, ISLANDS, HOLES, MASK_UNSURE, MANNEQUIN_LEAK, SOMEBODY_IN_PICTURE),
)

# What to do about each before the garment leaves the set; more of it is in docs/cutouts.md.
_ADVICE = {
    DAMAGED: "copy the photo from the camera again",
    NOTHING_FOUND: "put the garment into the frame, light it, clear the background",
    TOUCHES_EDGE: "move the camera back, or the garment in",
    BLURRED: "focus, expose shorter, fix the camera, let the garment hang still",
    MOVED: "step back further, stop the draught",
    OVER_EXPOSED: "expose less",
    UNDER_EXPOSED: "expose more, see whether a lamp has failed",
    WHITE_BALANCE: "fix the white balance, see whether a lamp was changed",
    EDGE_UNSURE: "look at the edge, choose a backdrop that differs from the garment",
    ISLANDS: "look for pieces of background, or for a garment that is cut in two",
    HOLES: "look for holes in the garment",
    MASK_UNSURE: "look at the mask, above all at the place that `weakest` names",
    MANNEQUIN_LEAK: "look at neck, arms and stand, cut away by hand what belongs to them",
    SOMEBODY_IN_PICTURE: "step out of the picture, then take it again",
}


_BLOWN_GARMENT = 0.01
"""Of the garment at its end, beside a frame that is: less, and a backdrop was lit to white."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of a shot.

    Attributes:
        state: ``ok``; ``unsure``, check it; ``retake``, the shot is of no use.
        reasons: why it is not ``ok``, of `REASONS`. `TOUCHES_EDGE` comes with ``ok`` too, where
            the garment meets an edge and is hardly cut.
        measurements: the numbers behind it, by name.
        weakest: where on the frame the mask is least certain: left, top, width and height, px;
            None where it is nowhere in doubt.
    """

    state: State
    reasons: tuple[str, ...] = ()
    measurements: dict[str, float | int | None] = field(default_factory=dict)
    weakest: tuple[int, int, int, int] | None = None

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do about each reason, in their order."""
        return tuple(_ADVICE.get(reason, "look at the picture") for reason in self.reasons)

    def summarise(self) -> dict[str, object]:
        """Return the verdict as the answer to a request has it."""
        return {"state": self.state, "reasons": list(self.reasons), "advice": list(self.advice)}

    def describe(self) -> dict[str, object]:
        """Return the verdict as it is published."""
        names = ("left_px", "top_px", "width_px", "height_px")
        place = None if self.weakest is None else dict(zip(names, self.weakest, strict=True))
        return {**self.summarise(), "weakest": place, "measurements": dict(self.measurements)}

    def __str__(self) -> str:
        """Return it for a line of text: ``retake (blurred: focus, expose shorter)``."""
        reasons = "; ".join(map(": ".join, zip(self.reasons, self.advice, strict=True)))
        return f"{self.state} ({reasons})" if reasons else self.state


def judge(found: Measurements, settings: VerdictSettings = STANDARD) -> Verdict:
    """Judge a shot by its measurements.

    What may be intended, such as a garment that the frame cuts off, is only ``unsure``, and what
    mostly is, such as a sleeve that touches an edge, is said of a shot that is ``ok``.
    """
    numbers = found.describe()
    if found.garment_share < settings.garment_share:
        why = (DAMAGED, NOTHING_FOUND) if found.damaged else (NOTHING_FOUND,)
        return Verdict("retake", why, numbers, found.weakest)
    light = found.light_drift_stops
    other_light = _is_over(light, settings.light_drift_stops) or _is_under(
        light, -settings.light_drift_stops
    )
    retake = {
        DAMAGED: bool(found.damaged),
        # A form, a prop or a shadow of which a part was taken for cloth.
        NOTHING_FOUND: _is_under(found.expected_iou, settings.found_iou),
        BLURRED: _is_over(found.edge_width_px, settings.blur_retake_px),
        OVER_EXPOSED: _is_over(found.clipped_share, settings.clipped_retake_share),
        UNDER_EXPOSED: _is_under(found.bright_level, settings.dark_retake_level),
    }
    unsure = {
        TOUCHES_EDGE: _is_over(found.cut_share, settings.cut_share),
        BLURRED: _is_over(found.edge_width_px, settings.blur_px),
        MOVED: _is_over(found.motion_share, settings.motion_share),
        OVER_EXPOSED: _is_over_exposed(found, settings)
        or _is_over(light, settings.light_drift_stops),
        UNDER_EXPOSED: _is_under(found.bright_level, settings.dark_level)
        or _is_under(light, -settings.light_drift_stops),
        # Pixels that are clipped or black have lost their colour.
        WHITE_BALANCE: not other_light and _is_over(found.white_drift, settings.white_drift),
        **_judge_mask(found, settings),
        MANNEQUIN_LEAK: _is_over(found.bare_share, settings.bare_share),
        SOMEBODY_IN_PICTURE: settings.shows_somebody(found.person_share),
    }
    noted = {TOUCHES_EDGE: found.edge_touch_share > settings.edge_touch_share}
    found_reasons = [
        reason for group in (retake, unsure, noted) for reason, holds in group.items() if holds
    ]
    reasons = tuple(reason for reason in REASONS if reason in found_reasons)
    if any(retake.values()):
        return Verdict("retake", reasons, numbers, found.weakest)
    return Verdict("unsure" if any(unsure.values()) else "ok", reasons, numbers, found.weakest)


def _is_over_exposed(found: Measurements, settings: VerdictSettings) -> bool:
    """Say whether light is lost, other than on a backdrop that is white on purpose."""
    blown = _is_over(found.scene_clipped_share, settings.scene_clipped_share)
    return (
        _is_over(found.clipped_share, settings.clipped_share)
        or _is_over(found.colour_clipped_share, settings.colour_clipped_share)
        or (blown and _is_over(found.clipped_share, _BLOWN_GARMENT))
    )


def _judge_mask(found: Measurements, settings: VerdictSettings) -> dict[str, bool]:
    """Say what is wrong with a mask of which too little is expected."""
    faults = {
        EDGE_UNSURE: _is_over(found.faint_share, settings.faint_share),
        ISLANDS: _is_over(found.islands, settings.islands),
        HOLES: _is_over(found.holes, settings.holes),
    }
    if found.expected_iou is None:  # Of a bundle that says nothing of it.
        return faults
    if found.expected_iou >= settings.expected_iou:
        return {}
    return {**faults, MASK_UNSURE: not any(faults.values())}


def _is_over(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _is_under(value: float | None, limit: float) -> bool:
    return value is not None and value < limit
