"""Precision and recall of verdicts on shots that were corrupted on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.verdict.bare_pairs import PAIRS
from benchmarks.verdict.corrupted_shot import BARE, CLEAN, CorruptedShot
from benchmarks.verdict.corruptions import CORRUPTIONS
from benchmarks.verdict.shot_sequences import CHANGES
from device.settings.verdict import VerdictSettings
from device.verdict.verdict import (
    BLURRED,
    EDGE_UNSURE,
    MANNEQUIN_LEAK,
    MASK_UNSURE,
    NOTHING_FOUND,
    OVER_EXPOSED,
    REASONS,
    TOUCHES_EDGE,
    UNDER_EXPOSED,
    Verdict,
    judge,
)

FAIR_IOU, POOR_IOU = 0.95, 0.8
"""Below the first IoU a doubt about the mask is correct, below the second it is required."""
DOUBTS = (EDGE_UNSURE, MASK_UNSURE)
"""Of a mask that is wrong either is right: they are scored as one, under the first."""
MAY_LEAK, MUST_LEAK = 0.02, 0.05
"""Above the first share of the mask off the garment `mannequin-leak` is correct, above the second
share on the wearer it is required."""
# A touch of the frame's edge or a garment below these shares counts as none; a mask below the IoU
# has missed the garment.
_TOUCHES, _EMPTY, _MISSED_IOU = 0.002, 0.002, 0.5
_RETAKES = (NOTHING_FOUND, BLURRED, OVER_EXPOSED, UNDER_EXPOSED)


@dataclass(frozen=True, slots=True)
class VerdictOnShot:
    """A shot and its verdict."""

    shot: CorruptedShot
    verdict: Verdict

    def reports(self, reason: str) -> bool:
        """Return whether the verdict gives the reason."""
        wanted = DOUBTS if reason in DOUBTS else (reason,)
        return any(each in self.verdict.reasons for each in wanted)

    @property
    def retake(self) -> bool:
        """Whether the verdict asks for another shot; a grown mask repeats a shot counted before."""
        return self.verdict.state == "retake" and self.shot.corruption not in PAIRS

    @property
    def rightly_retake(self) -> bool:
        """Whether at least one reported reason for a retake is true."""
        return any(self.reports(reason) and is_true(self.shot, reason) for reason in _RETAKES)


def judge_shots(shots: Sequence[CorruptedShot], settings: VerdictSettings) -> list[VerdictOnShot]:
    """Return each shot with its verdict."""
    return [VerdictOnShot(shot, judge(shot.measurements, settings)) for shot in shots]


def find_reason(corruption: str, severity: float) -> str:
    """Return the reason that the verdict should give for a corruption; empty for none."""
    if corruption == BARE:
        return NOTHING_FOUND
    if corruption in CORRUPTIONS:
        return CORRUPTIONS[corruption].reason
    if corruption in PAIRS:
        return PAIRS[corruption].reason if severity else ""
    if corruption not in CHANGES or severity == 0:
        return ""
    if CHANGES[corruption].reason == "light":
        return OVER_EXPOSED if severity > 0 else UNDER_EXPOSED
    return CHANGES[corruption].reason


def is_true(shot: CorruptedShot, reason: str) -> bool:
    """Return whether a reason is true of a shot, by its corruption or by the true mask."""
    facts = {
        TOUCHES_EDGE: shot.true_touch > _TOUCHES,
        NOTHING_FOUND: shot.true_share < _EMPTY or shot.iou < _MISSED_IOU,
        EDGE_UNSURE: shot.iou < FAIR_IOU,
        MANNEQUIN_LEAK: shot.off_garment > MAY_LEAK,
    }
    return facts.get(reason, find_reason(shot.corruption, shot.severity) == reason)


def must_report(shot: CorruptedShot, reason: str) -> bool:
    """Return whether a shot is so bad that its verdict must give a reason."""
    if reason == EDGE_UNSURE:
        return shot.iou < POOR_IOU
    if reason == MANNEQUIN_LEAK:
        return shot.leak is not None and shot.leak > MUST_LEAK
    if find_reason(shot.corruption, shot.severity) != reason:
        return False
    made = CORRUPTIONS.get(shot.corruption) or CHANGES.get(shot.corruption)
    return made is None or abs(shot.severity) >= abs(made.severe)


def counts_for(shot: CorruptedShot, reason: str) -> bool:
    """Return whether a shot enters the score of a reason.

    Clean shots do, and shots with a corruption for this reason, at any severity. Shots with other
    corruptions do not: each repeats a clean one. A doubt about the mask is scored on all
    shots, for the true mask is known, and `mannequin-leak` on all shots that come after a plate.
    """
    if reason == MANNEQUIN_LEAK:
        # No plate, no reason; a change of light or movement leaves the mask as it was.
        seen = shot.after_bare and shot.leak is not None
        return seen and shot.corruption not in CHANGES
    if shot.corruption in PAIRS:
        return False
    if reason == EDGE_UNSURE:
        return True
    if shot.corruption in (CLEAN, BARE):
        return True
    made = CORRUPTIONS.get(shot.corruption)
    if made is not None:
        return (made.reason or TOUCHES_EDGE) == reason
    light = CHANGES[shot.corruption].reason == "light" and reason in (OVER_EXPOSED, UNDER_EXPOSED)
    return light or CHANGES[shot.corruption].reason == reason


@dataclass(frozen=True, slots=True)
class ReasonScore:
    """Counts behind the precision and recall of one reason.

    Attributes:
        reported: shots whose verdict gives it.
        correct: those of them of which it is true.
        required: shots whose verdict must give it.
        recalled: those of them whose verdict does.
        clean: clean shots of which it is not true.
        false_alarms: those of them whose verdict gives it.
    """

    reported: int
    correct: int
    required: int
    recalled: int
    clean: int
    false_alarms: int


def score_reasons(shots: Sequence[VerdictOnShot]) -> dict[str, ReasonScore]:
    """Return the counts of every reason."""
    scores = {}
    for reason in (each for each in REASONS if each not in DOUBTS[1:]):
        counted = [each for each in shots if counts_for(each.shot, reason)]
        reported = [each for each in counted if each.reports(reason)]
        required = [each for each in counted if must_report(each.shot, reason)]
        clean = [
            each
            for each in counted
            if each.shot.corruption == CLEAN and not is_true(each.shot, reason)
        ]
        scores[reason] = ReasonScore(
            reported=len(reported),
            correct=sum(is_true(each.shot, reason) for each in reported),
            required=len(required),
            recalled=sum(each.reports(reason) for each in required),
            clean=len(clean),
            false_alarms=sum(each.reports(reason) for each in clean),
        )
    return scores


@dataclass(frozen=True, slots=True)
class SeverityStep:
    """Shots of one corruption at one severity: the share reported for its reason, and retakes."""

    severity: float
    shots: int
    reported: float
    retake: float


def score_severities(shots: Sequence[VerdictOnShot]) -> dict[str, list[SeverityStep]]:
    """Return, for each corruption, the share of shots reported at each severity.

    Where the verdict should give no reason: the share with the reason that it is mistaken for.
    """
    found: dict[str, list[SeverityStep]] = {}
    for corruption in dict.fromkeys(each.shot.corruption for each in shots):
        of = [each for each in shots if each.shot.corruption == corruption and corruption != CLEAN]
        for severity in sorted({each.shot.severity for each in of}, key=lambda s: (s < 0, abs(s))):
            same = [each for each in of if each.shot.severity == severity]
            reason = find_reason(corruption, severity) or _find_false_alarm(corruption)
            if corruption == "near the edge":
                same = [each for each in same if not is_true(each.shot, TOUCHES_EDGE)] or same
            step = SeverityStep(
                severity,
                len(same),
                float(np.mean([each.reports(reason) for each in same])),
                float(np.mean([each.retake for each in same])),
            )
            found.setdefault(corruption, []).append(step)
    return found


def _find_false_alarm(corruption: str) -> str:
    """Return the reason that a shot of a corruption at severity 0 might be mistaken for."""
    if corruption in PAIRS:
        return MANNEQUIN_LEAK
    return CHANGES[corruption].reason if corruption in CHANGES else TOUCHES_EDGE
