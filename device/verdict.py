"""What the photographer should know before the garment leaves the set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from device.frame import Mask

State = Literal["ok", "unsure", "retake"]

NOTHING_FOUND = "nothing-found"
TOUCHES_EDGE = "touches-edge"

# Less than this is a speck, not a garment.
SMALLEST_GARMENT_SHARE = 0.002
# A garment cut off by the frame covers a stretch of its edge; stray pixels do not.
_EDGE_STRETCH_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Verdict:
    """A first judgement of a shot.

    Attributes:
        state: ``ok``; ``unsure``, have a look; ``retake``, the shot is of no use.
        reasons: why it is not ``ok``: ``nothing-found``, ``touches-edge``.
    """

    state: State
    reasons: tuple[str, ...] = ()

    def document(self) -> dict[str, object]:
        """The verdict as it is published."""
        return {"state": self.state, "reasons": list(self.reasons)}


def judge(mask: Mask) -> Verdict:
    """Judge a shot by its mask alone.

    A mask that touches the frame's edge is only ``unsure``: close-ups of a detail do so on
    purpose.
    """
    if mask.bbox is None or mask.garment_share < SMALLEST_GARMENT_SHARE:
        return Verdict("retake", (NOTHING_FOUND,))
    if _touches_edge(mask):
        return Verdict("unsure", (TOUCHES_EDGE,))
    return Verdict("ok")


def _touches_edge(mask: Mask) -> bool:
    alpha = mask.alpha
    edges = (alpha[0, :], alpha[-1, :], alpha[:, 0], alpha[:, -1])
    return any(float((edge >= 128).mean()) >= _EDGE_STRETCH_SHARE for edge in edges)
