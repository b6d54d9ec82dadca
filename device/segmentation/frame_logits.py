"""What one pass over a full frame gave, kept for the frames that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
        people: logits of skin and hair; None where the model has none.
    """

    grid: CellGrid
    mirrored: bool = False
    people: CellGrid | None = None


def average_logits(passes: Sequence[FrameLogits]) -> Float32Array:
    """Average several passes over one still scene.

    Args:
        passes: at least one, all of the same place on the model's input.

    Returns:
        float32, shape of the cells. Plain and mirrored passes weigh half each, however many there
        are of either: what is wrong with one side is as wrong every time.
    """
    return _average([(each.grid.cells, each.mirrored) for each in passes])


def average_people(passes: Sequence[FrameLogits]) -> CellGrid | None:
    """Average what several passes over one still scene found of people, as `average_logits`.

    Args:
        passes: at least one, all of the same place on the model's input.

    Returns:
        None where none of them has anything.
    """
    found = [(each.people, each.mirrored) for each in passes if each.people is not None]
    if not found:
        return None
    return replace(found[0][0], cells=_average([(people.cells, side) for people, side in found]))


def _average(passes: Sequence[tuple[Float32Array, bool]]) -> Float32Array:
    plain = [cells for cells, mirrored in passes if not mirrored]
    turned = [cells for cells, mirrored in passes if mirrored]
    means = [sum(kind[1:], kind[0]) / np.float32(len(kind)) for kind in (plain, turned) if kind]
    return np.asarray(sum(means[1:], means[0]) / np.float32(len(means)), dtype=np.float32)
