"""What a mask was made of, kept for the verdict and for the frames that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from device.imaging.arrays import Float32Array, UInt8Array
from device.segmentation.letterbox import Letterbox


@dataclass(frozen=True, slots=True)
class FrameLogits:
    """The model's answer, on the model's own grids.

    Attributes:
        cells: float32, shape (rows, columns), garment logits, specks included.
        box: the frame's place on the model's input.
        alpha: uint8, the mask on half of that picture, see `device.matting.alpha_field.AlphaField`.
        mirrored: whether the model was shown the picture's mirror image; ``cells`` and all else
            are the right way round all the same.
    """

    cells: Float32Array
    box: Letterbox
    alpha: UInt8Array
    mirrored: bool = False

    @property
    def inside(self) -> Float32Array:
        """The cells that lie on the frame, without the letterbox's fill."""
        rows, columns = self.cells.shape
        box = self.box
        # The input's size is not kept: the fill is the same on both sides, but for one pixel.
        tall = (2 * box.top_px + box.height_px) / rows
        wide = (2 * box.left_px + box.width_px) / columns
        top, left = round(box.top_px / tall), round(box.left_px / wide)
        bottom = max(top + 1, round((box.top_px + box.height_px) / tall))
        right = max(left + 1, round((box.left_px + box.width_px) / wide))
        return np.asarray(self.cells[top:bottom, left:right], dtype=np.float32)


def average_logits(looks: Sequence[tuple[Float32Array, bool]]) -> Float32Array:
    """The mean of what the model gave for several looks at one still scene.

    Args:
        looks: cells, and whether it looked at the mirror image; at least one.

    Returns:
        float32, shape of the cells. Where there are looks of both kinds each kind has half the
        say, however many there are of it: what is wrong with one side is as wrong every time.
    """
    kinds = [[cells for cells, mirrored in looks if mirrored == kind] for kind in (False, True)]
    means = [sum(kind[1:], kind[0]) / np.float32(len(kind)) for kind in kinds if kind]
    return np.asarray(sum(means[1:], means[0]) / np.float32(len(means)), dtype=np.float32)
