"""Settings of previews."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PreviewSettings:
    """How the live preview looks.

    Attributes:
        max_per_s: at most so many per second of camera time; also how often the trigger learns
            whether there is a garment.
        longest_px: the longer side; it may be a third less, where halving the frame gives that.
        quality: of the JPEG, 1 to 100.
    """

    max_per_s: float = 5.0
    longest_px: int = 640
    quality: int = 70
