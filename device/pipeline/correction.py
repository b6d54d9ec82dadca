"""What is put right in the logits of a frame before matting draws the edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from device.imaging.frame import Frame
from device.segmentation.cell_grid import CellGrid


@dataclass(frozen=True, slots=True)
class Corrected:
    """Logits of a frame, put right by what the model did not know.

    Attributes:
        grid: the logits.
        removed_share: share of the garment as the model found it that they have no more, 0 to 1;
            None where there was nothing to compare with.
    """

    grid: CellGrid
    removed_share: float | None = None


class Correction(Protocol):
    """Corrects the logits of a frame."""

    def __call__(self, frame: Frame, grid: CellGrid) -> Corrected:
        """Return the logits as they should be.

        Args:
            frame: the picture.
            grid: what all passes gave.
        """
        ...
