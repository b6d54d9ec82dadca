"""What each peer reached: masks scored as `python -m train evaluate` scores them, and times."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmarks.datasets.pictures import BoolArray, Picture
from train.evaluation import metrics


@dataclass(slots=True)
class Score:
    """What one peer reached.

    Attributes:
        garment: its masks against garment, and how much of them lies on skin, hair or mannequin.
        figure: its masks against garment, skin, hair and mannequin together, which is what a
            people-cutter is after; only pictures that say where those are.
        wall_ms: by picture, from the picture in memory to a mask of its size.
        cpu_ms: the same in processor time, over all threads.
    """

    garment: metrics.Score = field(default_factory=metrics.Score)
    figure: metrics.Score = field(default_factory=metrics.Score)
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def add(self, found: BoolArray, picture: Picture, wall_ms: float, cpu_ms: float) -> None:
        """Count one picture."""
        body = None if picture.figure is None else picture.figure & ~picture.garment
        self.garment.add(found, picture.garment, body)
        if picture.figure is not None:
            self.figure.add(found, picture.figure, None)
        self.wall_ms.append(wall_ms)
        self.cpu_ms.append(cpu_ms)

    def cells(self) -> list[str]:
        """Return the cells of a table's row, see `COLUMNS`."""
        return [
            f"{self.garment.garment_iou:.3f}",
            f"{self.garment.boundary_f:.3f}",
            "–" if self.garment.leak is None else f"{self.garment.leak:.3f}",
            f"{self.figure.garment_iou:.3f}" if self.figure.pictures else "–",
            f"{float(np.median(self.wall_ms)):.0f}",
            f"{float(np.median(self.cpu_ms)):.0f}",
        ]


COLUMNS = ("garment IoU", "boundary F", "leak", "figure IoU", "ms", "CPU ms")
