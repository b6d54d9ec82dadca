"""What is known of a scene since nothing has moved in it."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from device.imaging.plate_comparison import PlateComparison
from device.segmentation.frame_logits import FrameLogits
from device.segmentation.scene_logits import SceneLogits
from device.segmentation.tile_progress import TileProgress

_MOST_PREVIEWS = 6
"""Three plain passes and three mirrored: by then the noise of single frames has averaged out."""
_PROGRESS_S = 10.0
"""So long the passes over tiles stand for a shot; they take as long as a second or two of
previews. Cloth that settles slowly does not count as movement."""


class StillScene:
    """A scene at rest, from one movement to the next. Belongs to the shooting thread.

    Results of frames that were under way when it ended are added to it all the same, and are of
    no use to the scene that follows.

    Attributes:
        moved_share: how much the latest frame differs from the scene's first, 0 to 1.
        plate_comparison: how the scene differs from the set with nothing worn; None while it has
            not been compared.
        person_share: the most skin and hair that a preview of it found, as a share of the frame;
            None where none has looked.
        plate_removable: bool, shape of the plate, what of the scene's mask looks as it did there
            and is taken away; None for nothing.
    """

    def __init__(self) -> None:
        """Begin a scene of which nothing is known."""
        self.moved_share = 0.0
        self.plate_comparison: PlateComparison | None = None
        self.person_share: float | None = None
        self.plate_removable: npt.NDArray[np.bool_] | None = None
        self._previews: deque[FrameLogits] = deque(maxlen=_MOST_PREVIEWS)
        self._progress: TileProgress | None = None
        self._progress_since_s = 0.0

    @property
    def logits(self) -> SceneLogits:
        """What the scene's frames have given by now; a snapshot for any thread."""
        return SceneLogits(tuple(self._previews), self._progress)

    def add_preview(self, logits: FrameLogits) -> None:
        """Keep what a preview's pass gave."""
        self._previews.append(logits)

    def add_progress(self, progress: TileProgress, at_s: float) -> None:
        """Keep what the passes after the first have given by now.

        Args:
            progress: of all of them.
            at_s: on the camera's clock, when the frame of the latest was taken.
        """
        if self._progress is None or self._progress.complete:
            self._progress_since_s = at_s
        self._progress = progress

    def wants_pass(self, now_s: float) -> bool:
        """Say whether a pass after the first would be of use to a shot.

        It is once there are previews of both kinds, plain and mirrored, while the passes are not
        complete, and again when they have grown old.

        Args:
            now_s: on the camera's clock.
        """
        if len({each.mirrored for each in self._previews}) < len((False, True)):
            return False
        if self._progress is None or not self._progress.complete:
            return True
        return not 0 <= now_s - self._progress_since_s < _PROGRESS_S

    def count_previews(self, logits: FrameLogits) -> int:
        """Return how many previews of the scene are kept; 0 where this is not one of them."""
        return len(self._previews) if any(each is logits for each in self._previews) else 0
