"""What earlier frames of a still scene have given, as a frame that follows takes it."""

from __future__ import annotations

from dataclasses import dataclass

from device.segmentation.frame_logits import FrameLogits
from device.segmentation.letterbox import Letterbox
from device.segmentation.tile_progress import TileProgress


@dataclass(frozen=True, slots=True)
class SceneLogits:
    """Logits of one still scene so far; a snapshot that any thread may keep.

    Attributes:
        previews: of passes over full frames, oldest first.
        progress: of the passes over its tiles; None before the first.
    """

    previews: tuple[FrameLogits, ...] = ()
    progress: TileProgress | None = None

    def find_previews(self, box: Letterbox) -> list[FrameLogits]:
        """Return the previews that took up the same place on the model's input as a frame.

        A camera's still has the proportions of its stream and shows the same; one of other
        proportions may show another part of the scene.
        """
        return [each for each in self.previews if each.grid.box.matches(box)]

    def find_progress(self, frame_px: tuple[int, int]) -> TileProgress | None:
        """Return the progress if it is of frames of this height and width.

        A camera's stills may show another part of the scene than its stream.
        """
        found = self.progress
        return found if found is not None and found.frame_px == frame_px else None


UNSEEN = SceneLogits()
"""Of a frame that stands alone."""
