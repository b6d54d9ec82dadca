"""Sees when something moves, and begins a new scene."""

from __future__ import annotations

from device.imaging.arrays import UInt8Array
from device.imaging.thumbnail import measure_change
from device.pipeline.still_scene import StillScene


class SceneWatch:
    """Compares each frame with the first of its scene. Belongs to the shooting thread.

    Attributes:
        scene: the present one.
    """

    def __init__(self, motion_share: float) -> None:
        """Begin with a scene of no frame.

        Args:
            motion_share: share of the picture that must differ to count as movement.
        """
        self.scene = StillScene()
        self._motion_share = motion_share
        self._anchor: UInt8Array | None = None

    def observe(self, thumbnail: UInt8Array) -> StillScene:
        """Return the scene that a frame belongs to: a new one where something moved.

        Args:
            thumbnail: of the frame, see `device.imaging.thumbnail.thumbnail`.
        """
        moved = 0.0 if self._anchor is None else measure_change(self._anchor, thumbnail)
        if self._anchor is None or moved > self._motion_share:
            self._anchor = thumbnail
            self.scene = StillScene()
        self.scene.moved_share = moved
        return self.scene
