"""Precision and recall of verdicts on shots that were spoiled on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.verdict.bare_pairs import PAIRS
from benchmarks.verdict.corrupted_shot import BARE, UNSPOILED, CorruptedShot
from benchmarks.verdict.corruptions import SPOILS
from benchmarks.verdict.shot_sequences import CHANGES
from device.settings.verdict import VerdictSettings
from device.verdict.verdict import (
    BLURRED,
    EDGE_UNSURE,
    MANNEQUIN_LEAK,
    NOTHING_FOUND,
    OVER_EXPOSED,
    REASONS,
    TOUCHES_EDGE,
    UNDER_EXPOSED,
    Verdict,
    judge,
)

FAIR_IOU, POOR_IOU = 0.95, 0.8
"""A mask that overlaps the truth less may be called unsure; below the second it must."""
LEAKS, MUST_LEAK = 0.02, 0.05
"""With more of it on the wearer or beside the garment a mask may be told to leak; with more than
the second on the wearer it must."""
_TOUCHES, _EMPTY, _MISSED_IOU = 0.002, 0.002, 0.1
_RETAKES = (NOTHING_FOUND, BLURRED, OVER_EXPOSED, UNDER_EXPOSED)


@dataclass(frozen=True, slots=True)
class VerdictOnShot:
    """A trial and what the verdict says of it."""

    trial: CorruptedShot
    verdict: Verdict

    def told(self, reason: str) -> bool:
        """Whether the verdict gives the reason."""
        return reason in self.verdict.reasons

    @property
    def retake(self) -> bool:
        """Whether the verdict wants another shot; with a grown mask it is a shot counted before."""
        return self.verdict.state == "retake" and self.trial.spoil not in PAIRS

    @property
    def rightly_retake(self) -> bool:
        """Whether a reason for another shot is given that is one."""
        return any(self.told(reason) and applies(self.trial, reason) for reason in _RETAKES)


def judge_shot(trials: Sequence[CorruptedShot], settings: VerdictSettings) -> list[VerdictOnShot]:
    """Each trial with its verdict."""
    return [VerdictOnShot(trial, judge(trial.found, settings)) for trial in trials]


def reason_of(spoil: str, strength: float) -> str:
    """What the verdict should say of a shot spoiled so; empty for nothing."""
    if spoil == BARE:
        return NOTHING_FOUND
    if spoil in SPOILS:
        return SPOILS[spoil].reason
    if spoil in PAIRS:
        return PAIRS[spoil].reason if strength else ""
    if spoil not in CHANGES or strength == 0:
        return ""
    if CHANGES[spoil].reason == "light":
        return OVER_EXPOSED if strength > 0 else UNDER_EXPOSED
    return CHANGES[spoil].reason


def applies(trial: CorruptedShot, reason: str) -> bool:
    """Whether a reason is true of a shot, by how it was spoiled or by the true mask."""
    facts = {
        TOUCHES_EDGE: trial.true_touch > _TOUCHES,
        NOTHING_FOUND: trial.true_share < _EMPTY or trial.iou < _MISSED_IOU,
        EDGE_UNSURE: trial.iou < FAIR_IOU,
        MANNEQUIN_LEAK: trial.astray > LEAKS,
    }
    return facts.get(reason, reason_of(trial.spoil, trial.strength) == reason)


def strong(trial: CorruptedShot, reason: str) -> bool:
    """Whether a shot must be told for a reason."""
    if reason == EDGE_UNSURE:
        return trial.iou < POOR_IOU
    if reason == MANNEQUIN_LEAK:
        return trial.leak is not None and trial.leak > MUST_LEAK
    if reason_of(trial.spoil, trial.strength) != reason:
        return False
    made = SPOILS.get(trial.spoil) or CHANGES.get(trial.spoil)
    return made is None or abs(trial.strength) >= abs(made.strong)


def concerns(trial: CorruptedShot, reason: str) -> bool:
    """Whether a shot is counted for a reason.

    Unspoiled shots and those spoiled so are, at any strength and at none. The others are not:
    each is one of the unspoiled once more. Wrong edges the true mask tells on all shots, leaks
    on all that come after the bare set.
    """
    if reason == MANNEQUIN_LEAK:
        # Without the bare set nobody can tell; changes of light and rest are no other masks.
        seen = trial.after_bare and trial.leak is not None
        return seen and trial.spoil not in CHANGES
    if trial.spoil in PAIRS:
        return False
    if reason == EDGE_UNSURE:
        return True
    if trial.spoil in (UNSPOILED, BARE):
        return True
    made = SPOILS.get(trial.spoil)
    if made is not None:
        return (made.reason or TOUCHES_EDGE) == reason
    light = CHANGES[trial.spoil].reason == "light" and reason in (OVER_EXPOSED, UNDER_EXPOSED)
    return light or CHANGES[trial.spoil].reason == reason


@dataclass(frozen=True, slots=True)
class ReasonTally:
    """How well one reason is told.

    Attributes:
        told: shots that carry it.
        right: those of them that it is true of.
        strong: shots that must carry it.
        found: those of them that do.
        unspoiled: unspoiled shots that it is not true of.
        false: those of them that carry it.
    """

    told: int
    right: int
    strong: int
    found: int
    unspoiled: int
    false: int


def by_reason(shots: Sequence[VerdictOnShot]) -> dict[str, ReasonTally]:
    """A tally for every reason."""
    tallies = {}
    for reason in REASONS:
        known = [each for each in shots if concerns(each.trial, reason)]
        told = [each for each in known if each.told(reason)]
        must = [each for each in known if strong(each.trial, reason)]
        good = [
            each
            for each in known
            if each.trial.spoil == UNSPOILED and not applies(each.trial, reason)
        ]
        tallies[reason] = ReasonTally(
            told=len(told),
            right=sum(applies(each.trial, reason) for each in told),
            strong=len(must),
            found=sum(each.told(reason) for each in must),
            unspoiled=len(good),
            false=sum(each.told(reason) for each in good),
        )
    return tallies


@dataclass(frozen=True, slots=True)
class Step:
    """Shots spoiled in one way at one strength: how many, told for their reason, retake."""

    strength: float
    shots: int
    told: float
    retake: float


def curves(shots: Sequence[VerdictOnShot]) -> dict[str, list[Step]]:
    """For each way to spoil, what is told at each strength.

    Where nothing should be told: how often what it might be taken for is.
    """
    found: dict[str, list[Step]] = {}
    for spoil in dict.fromkeys(each.trial.spoil for each in shots):
        of = [each for each in shots if each.trial.spoil == spoil and spoil != UNSPOILED]
        for strength in sorted({each.trial.strength for each in of}, key=lambda s: (s < 0, abs(s))):
            same = [each for each in of if each.trial.strength == strength]
            reason = reason_of(spoil, strength) or _watched(spoil)
            if spoil == "near the edge":
                same = [each for each in same if not applies(each.trial, TOUCHES_EDGE)] or same
            step = Step(
                strength,
                len(same),
                float(np.mean([each.told(reason) for each in same])),
                float(np.mean([each.retake for each in same])),
            )
            found.setdefault(spoil, []).append(step)
    return found


def _watched(spoil: str) -> str:
    """What a shot that is not spoiled after all might wrongly be told for."""
    if spoil in PAIRS:
        return MANNEQUIN_LEAK
    return CHANGES[spoil].reason if spoil in CHANGES else TOUCHES_EDGE
