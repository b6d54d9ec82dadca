"""Settings that say when a scene is still."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StillSettings:
    """How `StillTrigger` tells a garment that hangs still from one being changed.

    Attributes:
        settle_s: how long nothing may move before a shot.
        motion_share: share of the picture that must differ to count as movement.
        change_share: share of the picture that must differ from the last shot for the next.
        garment_share: share of the picture that must be garment.
    """

    settle_s: float = 0.8
    motion_share: float = 0.004
    change_share: float = 0.02
    garment_share: float = 0.005
