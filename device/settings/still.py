"""Settings that say when a scene is still."""

from __future__ import annotations

from dataclasses import dataclass

from device.settings.declaration import declare
from device.settings.rules import number


@dataclass(frozen=True, slots=True)
class StillSettings:
    """When the trigger ``still`` takes a scene to be at rest."""

    settle_s: float = declare(
        number(0.1, 60), "how long nothing may move before a shot", default=0.8
    )
    motion_share: float = declare(
        number(0.0001, 1),
        "share of the picture that must differ to count as movement",
        default=0.004,
    )
    change_share: float = declare(
        number(0.0001, 1),
        "share of the picture that must differ from the last shot for the next",
        default=0.02,
    )
    garment_share: float = declare(
        number(0, 1), "share of the picture that must be garment", default=0.005
    )
    person_wait_s: float = declare(
        number(0, 86400),
        "how long the trigger waits for somebody who stands in the picture without moving at all;"
        " then it shoots, and takes them for a part of the set from then on",
        default=8.0,
    )
