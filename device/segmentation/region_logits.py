"""What the model said of a frame, look by look."""

from __future__ import annotations

from dataclasses import dataclass

from device.imaging.arrays import Float32Array
from device.imaging.region import Region
from device.segmentation.letterbox import Letterbox
from device.segmentation.tile_blending import TileLogits
from device.segmentation.tiles import TilePlan


@dataclass(frozen=True, slots=True)
class RegionLogits:
    """The model's answer, and what it is about.

    Attributes:
        cells: float32, shape (rows, columns), garment logits, specks included.
        box: the region's place on the model's input, or on a grid of its own.
        region: the part of the frame; there is no garment outside.
    """

    cells: Float32Array
    box: Letterbox
    region: Region


@dataclass(frozen=True, slots=True)
class TileProgress:
    """What closer looks at one scene have given so far.

    Attributes:
        frame_px: (height, width) of the frames.
        whole: of the garment as a whole.
        plan: its parts; None where looking at them would not bring more.
        parts: what was said of the first of them.
        together: of the whole and all parts, once there are all.
    """

    frame_px: tuple[int, int]
    whole: RegionLogits
    plan: TilePlan | None
    parts: tuple[TileLogits, ...] = ()
    together: RegionLogits | None = None

    @property
    def answer(self) -> RegionLogits:
        """The best that there is by now."""
        return self.together or self.whole

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to look at."""
        return self.plan is None or self.together is not None
