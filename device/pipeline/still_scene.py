"""What the frames of one still scene have given so far."""

from __future__ import annotations

from collections import deque

from device.imaging.arrays import UInt8Array
from device.imaging.thumbnail import measure_change
from device.segmentation.frame_logits import FrameLogits
from device.segmentation.region_logits import TileProgress

_MOST_FRAMES = 6
_CLOSER_S = 10.0
"""So long closer looks stand for a shot; they take as long as a second or two of previews."""


class StillScene:
    """Collects the previews' evidence while nothing moves, and forgets it when something does."""

    def __init__(self, motion_share: float) -> None:
        """Take the share of the picture that must differ to count as movement."""
        self._motion_share = motion_share
        self._anchor: UInt8Array | None = None
        self._evidence: deque[FrameLogits] = deque(maxlen=_MOST_FRAMES)
        self._closer: TileProgress | None = None
        self._closer_since_s = 0.0
        self._moved = 0.0
        self._rest = 0

    def saw(self, thumbnail: UInt8Array) -> None:
        """Look at a frame; whatever moves ends the rest."""
        moved = 0.0 if self._anchor is None else measure_change(self._anchor, thumbnail)
        if self._anchor is None or moved > self._motion_share:
            self._anchor = thumbnail
            self._evidence.clear()
            self._closer = None
            self._rest += 1
        self._moved = moved

    def add(self, evidence: FrameLogits, rest: int | None = None) -> None:
        """Keep what a preview found.

        Args:
            evidence: the preview's.
            rest: to which it belongs, None for the present one; of another it is left out.
        """
        if rest is None or rest == self._rest:
            self._evidence.append(evidence)

    def went_closer(self, closer: TileProgress, rest: int, at_s: float) -> None:
        """Keep what closer looks have given.

        Args:
            closer: by now.
            rest: to which they belong; of another than the present one they are left out.
            at_s: on the camera's clock, when the frame of the last of them was taken.
        """
        if rest != self._rest:
            return
        if self._closer is None or self._closer.complete:
            self._closer_since_s = at_s
        self._closer = closer

    @property
    def closer(self) -> TileProgress | None:
        """What closer looks have given since the rest began, None before the first."""
        return self._closer

    def wants_closer(self, now_s: float) -> bool:
        """Whether the scene was looked at from both sides, and not of late as closely as can be.

        Args:
            now_s: on the camera's clock.
        """
        if len({each.mirrored for each in self._evidence}) < len((False, True)):
            return False
        # Cloth that settles slowly does not count as movement.
        old = not 0 <= now_s - self._closer_since_s < _CLOSER_S
        return self._closer is None or not self._closer.complete or old

    @property
    def rest(self) -> int:
        """The number of the present rest."""
        return self._rest

    @property
    def evidence(self) -> tuple[FrameLogits, ...]:
        """Of the frames since the rest began."""
        return tuple(self._evidence)

    def looks(self, evidence: FrameLogits) -> int:
        """How many frames of the present rest were looked at; 0 for what another one gave."""
        return len(self._evidence) if any(each is evidence for each in self._evidence) else 0

    @property
    def moved_share(self) -> float:
        """How much the frame looked at last differs from where its rest began."""
        return self._moved
