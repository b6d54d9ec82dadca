"""How varied the calibration photos are: int8 scales fit what these show and clip the rest."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from convert.arrays import Float32Array
from convert.inputs.model_runners import SegmentationModel
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.progress import track

FEW_PICTURES = 32
"""Below this the largest activation of many channels has not been met yet."""

NARROW_EXPOSURE = 0.15
"""Width of the middle 80% of exposures, as a share of the way from black to white."""

NARROW_AREA = 0.10
"""Width of the middle 80% of garment areas, as a share of the picture."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What the calibration photos cover.

    Attributes:
        pictures: how many there are.
        exposure: 10th, 50th and 90th percentile over the photos of the mean brightness, from 0
            (black) to 1 (white), letterbox border included, since the model sees that too.
        garment_area: the same percentiles of the share of cells that the float model calls
            garment.
        without_garment: photos in which it finds none.
    """

    pictures: int
    exposure: tuple[float, float, float]
    garment_area: tuple[float, float, float]
    without_garment: int

    def record(self) -> dict[str, Any]:
        """What the manifest says about it."""
        return asdict(self)

    def sentence(self) -> str:
        """The figures for a person."""
        exposure, area = (
            f"{middle:.0%} ({low:.0%} to {high:.0%})"
            for low, middle, high in (self.exposure, self.garment_area)
        )
        return (
            f"{self.pictures} calibration pictures; median, and middle 80%: exposure {exposure}, "
            f"garment area {area}; without garment {self.without_garment}"
        )

    def warnings(self) -> list[str]:
        """What speaks against these photos, each with its mend; empty when nothing does."""
        found = []
        if self.pictures < FEW_PICTURES:
            found.append(
                f"only {self.pictures} calibration pictures, where {FEW_PICTURES} and more show "
                "how far activations go: add photos of other garments and other light"
            )
        if _width(self.exposure) < NARROW_EXPOSURE:
            found.append(
                "the calibration pictures are all lit alike "
                f"(exposure {self.exposure[0]:.0%} to {self.exposure[2]:.0%}): "
                "add darker and brighter ones"
            )
        if _width(self.garment_area) < NARROW_AREA:
            found.append(
                "the calibration pictures are all framed alike "
                f"(garment area {self.garment_area[0]:.0%} to {self.garment_area[2]:.0%}): "
                "add close-ups and distant shots"
            )
        if 2 * self.without_garment > self.pictures:
            found.append(
                f"the model finds no garment in {self.without_garment} of {self.pictures} "
                "calibration pictures: give photos as the rig takes them"
            )
        return found


def measure_spread(calibration: RepresentativeDataset, model: SegmentationModel) -> Spread:
    """Measure how varied the photos are.

    Args:
        calibration: the photos.
        model: the float model, which finds the garments.

    Returns:
        Their spread.

    Raises:
        UsageError: a picture cannot be read.
    """
    exposures, areas = [], []
    for boxed in track(calibration.boxed(), len(calibration), "looking through, pictures"):
        exposures.append(float(boxed.mean()) / 255)
        areas.append(float(np.mean(model.logits(boxed) > 0)))
    return Spread(
        pictures=len(exposures),
        exposure=_percentiles(np.asarray(exposures, np.float32)),
        garment_area=_percentiles(np.asarray(areas, np.float32)),
        without_garment=sum(area == 0 for area in areas),
    )


def _percentiles(values: Float32Array) -> tuple[float, float, float]:
    low, middle, high = (round(float(each), 4) for each in np.percentile(values, (10, 50, 90)))
    return low, middle, high


def _width(percentiles: tuple[float, float, float]) -> float:
    return percentiles[2] - percentiles[0]
