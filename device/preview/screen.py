"""The seam to a screen beside the rig, such as the operator's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from device.pipeline.cutout import Cutout
from device.shots.shot import Shot


@dataclass(frozen=True, slots=True)
class RigView:
    """What a screen says about the rig.

    Attributes:
        waits_for: what the rig waits for, in a few words; as in the stats.
        camera_trouble: why there are no pictures; None when there are.
        degraded: one sentence for each thing that is wrong, as in the status.
        connected: whether the broker is there.
        waiting: shots that wait for the broker or a subscriber.
        shots: taken since the start.
    """

    waits_for: str = "starting"
    camera_trouble: str | None = None
    degraded: tuple[str, ...] = ()
    connected: bool = False
    waiting: int = 0
    shots: int = 0


class Screen(Protocol):
    """Shows what the rig does. Every method returns soon, and none raises."""

    @property
    def is_watched(self) -> bool:
        """Whether somebody looks; else no preview need be drawn."""
        ...

    def show_preview(self, cutout: Cutout) -> None:
        """Show a preview; called in the thread that draws them."""
        ...

    def show_shot(self, shot: Shot) -> None:
        """Show a shot that is safe; called in the shooting thread."""
        ...

    def show_rig(self, view: RigView) -> None:
        """Show the state; called in the shooting thread, as often as frames come."""
        ...
