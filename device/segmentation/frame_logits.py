"""What one pass over a full frame gave, kept for the frames that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from device.imaging.arrays import Float32Array
from device.segmentation.cell_grid import CellGrid


@dataclass(frozen=True, slots=True)
class FrameLogits:
    """The model's logits for a full frame.

    Attributes:
        grid: the logits, specks included.
        mirrored: whether the model was shown the picture's mirror image; the logits are the right
            way round all the same.
    """

    grid: CellGrid
    mirrored: bool = False


def average_logits(passes: Sequence[FrameLogits]) -> Float32Array:
    """Average several passes over one still scene.

    Args:
        passes: at least one, all of the same place on the model's input.

    Returns:
        float32, shape of the cells. Plain and mirrored passes weigh half each, however many there
        are of either: what is wrong with one side is as wrong every time.
    """
    plain = [each.grid.cells for each in passes if not each.mirrored]
    mirrored = [each.grid.cells for each in passes if each.mirrored]
    means = [sum(kind[1:], kind[0]) / np.float32(len(kind)) for kind in (plain, mirrored) if kind]
    return np.asarray(sum(means[1:], means[0]) / np.float32(len(means)), dtype=np.float32)
