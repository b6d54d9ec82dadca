"""Settings of the archive."""

from __future__ import annotations

from dataclasses import dataclass

from device.settings.declaration import declare
from device.settings.rules import number, whole


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """How many delivered shots are kept, and for how long."""

    max_mb: int = declare(
        whole(0, 10**7), "the oldest are deleted above this; 0 keeps none", default=2048
    )
    max_days: float = declare(
        number(0, 36500), "those that were taken earlier are deleted; 0 keeps none", default=14.0
    )
    frames_max_mb: int = declare(
        whole(0, 10**7),
        "frames of the latest shots that are kept so that their masks can be corrected; the oldest"
        " are deleted above this; 0 keeps none",
        default=0,
    )
