"""The passes over a garment's tiles, as far as they have come."""

from __future__ import annotations

from dataclasses import dataclass

from device.segmentation.cell_grid import CellGrid
from device.segmentation.tiles import TilePlan


@dataclass(frozen=True, slots=True)
class TileProgress:
    """What the passes over one scene have given so far, beyond its previews.

    They are run one at a time, so that frames of a still scene can share them.

    Attributes:
        frame_px: (height, width) of the frames.
        whole: of the garment as a whole.
        plan: its tiles; None where passes over them would not show more of it.
        tiles: of the first of them.
        blended: of the whole and all tiles; None until all tiles are there.
    """

    frame_px: tuple[int, int]
    whole: CellGrid
    plan: TilePlan | None
    tiles: tuple[CellGrid, ...] = ()
    blended: CellGrid | None = None

    @property
    def best(self) -> CellGrid:
        """The best logits that there are by now."""
        return self.blended or self.whole

    @property
    def complete(self) -> bool:
        """Whether no pass is left to run."""
        return self.plan is None or self.blended is not None
