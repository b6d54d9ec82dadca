"""Diversity of the calibration photos: int8 scales clip whatever the photos do not show."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from convert.arrays import Float32Array
from convert.inputs.model_runners import SegmentationModel
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import Run
from convert.progress import track

MIN_PICTURES = 32  # with fewer, many channels have not shown their largest activation

MIN_EXPOSURE_WIDTH = 0.15  # of the middle 80% of exposures, from 0 (black) to 1 (white)

MIN_AREA_WIDTH = 0.10  # of the middle 80% of garment areas, as a share of the picture


@dataclass(frozen=True, slots=True)
class CalibrationDiversity:
    """The range of light and framing in the calibration photos.

    Attributes:
        pictures: number of photos.
        exposure: 10th, 50th and 90th percentile of the photos' mean brightness, from 0 (black)
            to 1 (white), with the letterbox border, because the model sees it too.
        garment_area: the same percentiles of the share of cells that the float model calls
            garment.
        without_garment: number of photos in which the model finds no garment.
    """

    pictures: int
    exposure: tuple[float, float, float]
    garment_area: tuple[float, float, float]
    without_garment: int

    def manifest_entry(self) -> dict[str, Any]:
        """Return the figures as an entry of the bundle's manifest."""
        return asdict(self)

    def summarise(self) -> str:
        """Return the figures as one sentence for a person."""
        exposure, area = (
            f"{middle:.0%} ({low:.0%} to {high:.0%})"
            for low, middle, high in (self.exposure, self.garment_area)
        )
        return (
            f"{self.pictures} calibration pictures; median, and middle 80%: exposure {exposure}, "
            f"garment area {area}; without garment {self.without_garment}"
        )

    def list_warnings(self, run: Run) -> list[str]:
        """Return what is wrong with the photos, or with the model, each sentence with its fix.

        Args:
            run: the model's training: what a model that has learnt little finds in a photo is no
                reason to take other photos.
        """
        found = []
        if self.pictures < MIN_PICTURES:
            found.append(
                f"only {self.pictures} calibration pictures, where {MIN_PICTURES} and more show "
                "how far activations go: add photos of other garments and other light"
            )
        if _compute_width(self.exposure) < MIN_EXPOSURE_WIDTH:
            found.append(
                "the calibration pictures are all lit alike "
                f"(exposure {self.exposure[0]:.0%} to {self.exposure[2]:.0%}): "
                "add darker and brighter ones"
            )
        return [*found, *self._list_framing_warnings(run)]

    def _list_framing_warnings(self, run: Run) -> list[str]:
        """Return warnings that rest on the garments that the model finds."""
        low, _, high = self.garment_area
        found = ""
        if run.has_learnt_little:
            epochs = f" in its {run.epochs} epochs" if run.epochs else ""
            found = (
                f"the model has learnt little{epochs}, garment IoU {run.garment_iou:.2f} on its "
                "validation pictures: train it longer before its int8 figures mean anything"
            )
        elif 2 * self.without_garment > self.pictures:
            found = (
                f"the model finds no garment in {self.without_garment} of {self.pictures} "
                "calibration pictures: give photos as the rig takes them, or, if these are, train "
                "it longer"
            )
        elif high - low < MIN_AREA_WIDTH:
            found = (
                "the calibration pictures are all framed alike "
                f"(garment area {low:.0%} to {high:.0%}): add close-ups and distant shots"
            )
        return [found] if found else []


def measure_diversity(
    calibration: RepresentativeDataset, model: SegmentationModel
) -> CalibrationDiversity:
    """Measure the diversity of the calibration photos.

    Args:
        calibration: the photos.
        model: the float model, which finds the garments.

    Raises:
        UsageError: a picture cannot be read.
    """
    exposures, areas = [], []
    for boxed in track(
        calibration.read_letterboxed(), len(calibration), "looking through, pictures"
    ):
        exposures.append(float(boxed.mean()) / 255)
        areas.append(float(np.mean(model.infer(boxed) > 0)))
    return CalibrationDiversity(
        pictures=len(exposures),
        exposure=_compute_percentiles(np.asarray(exposures, np.float32)),
        garment_area=_compute_percentiles(np.asarray(areas, np.float32)),
        without_garment=sum(area == 0 for area in areas),
    )


def _compute_percentiles(values: Float32Array) -> tuple[float, float, float]:
    low, middle, high = (round(float(each), 4) for each in np.percentile(values, (10, 50, 90)))
    return low, middle, high


def _compute_width(percentiles: tuple[float, float, float]) -> float:
    return percentiles[2] - percentiles[0]
