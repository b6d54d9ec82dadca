"""Settings of previews."""

from __future__ import annotations

from dataclasses import dataclass

from device.settings.declaration import declare
from device.settings.rules import number, whole


@dataclass(frozen=True, slots=True)
class PreviewSettings:
    """How the live preview looks."""

    max_per_s: float = declare(
        number(0.1, 30),
        "at most so many per second of camera time; also how often the trigger learns whether"
        " there is a garment",
        default=5.0,
    )
    longest_px: int = declare(
        whole(64, 4096),
        "the longer side; it may be a third less, where halving the frame gives that",
        default=640,
    )
    quality: int = declare(whole(1, 100), "of the JPEG, 1 to 100", default=70)
