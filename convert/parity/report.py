"""Measuring a conversion, and the parity report that travels in the bundle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from convert.arrays import UInt8Array
from convert.atomic_file import write_atomically
from convert.errors import WorkError
from convert.inputs.letterbox import letterbox
from convert.inputs.model_runners import SegmentationModel, TfliteModel
from convert.inputs.picture_folder import Picture, PictureFolder
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import Run
from convert.parity.gate import make_parity_record
from convert.parity.layer_errors import LayerError, compare_layers
from convert.parity.parity import Parity, measure
from convert.parity.picture import draw
from convert.progress import track
from convert.quantisation.converted_models import ConvertedModels
from convert.quantisation.recipe import Recipe

PARITY_FILE = "parity.json"
PICTURE_FILE = "parity.png"
COMPARED_PICTURES = 6


@dataclass(frozen=True, slots=True)
class ParityMeasurement:
    """What was measured of a conversion.

    Attributes:
        results: figures for each data set.
        layers: op by op differences of the int8 graph; empty for float recipes.
    """

    results: list[Parity]
    layers: list[LayerError]


def measure_parity(
    made: ConvertedModels,
    recipe: Recipe,
    evaluations: list[tuple[PictureFolder, tuple[Picture, ...]]],
    calibration: RepresentativeDataset,
) -> ParityMeasurement:
    """Measure the trained model, its float conversion and the rig's model side by side.

    Args:
        made: the models.
        recipe: how they were made.
        evaluations: data sets with the photos to measure on; may be empty.
        calibration: where the photos for the layers come from when there is nothing else.

    Returns:
        The figures.

    Raises:
        UsageError: a picture or mask cannot be used.
    """
    run = calibration.run
    models: dict[str, SegmentationModel] = {
        "keras": made.trained,
        "float": TfliteModel(made.trained_float, run),
    }
    if recipe.dtype != "float32":
        models[recipe.dtype] = TfliteModel(made.deployed, run)
    results = [measure(models, folder.name, chosen, run) for folder, chosen in evaluations]
    layers = []
    if made.prepared_float is not None:
        photos = _choose_layer_photos(results, calibration)
        layers = compare_layers(made.prepared_float, made.deployed, photos, run)
    return ParityMeasurement(results, layers)


def encode_reports(
    measured: ParityMeasurement, recipe: Recipe, max_drop: float
) -> dict[str, bytes]:
    """Encode the report's files; none when nothing was measured.

    Returns:
        File name to content.
    """
    if not measured.results:
        return {}
    record = make_parity_record(measured.results, measured.layers, recipe, max_drop)
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    return {PARITY_FILE: text.encode(), PICTURE_FILE: draw(measured.results)}


def write_reports(files: dict[str, bytes], folder: Path) -> None:
    """Write the report outside the bundle, so that it is there for a refused one too.

    Raises:
        WorkError: the disk refused.
    """
    try:
        for name, data in files.items():
            write_atomically(folder / name, data)
    except OSError as error:
        raise WorkError(f"the report could not be written to {folder}: {error}") from error


def _choose_layer_photos(
    results: list[Parity], calibration: RepresentativeDataset
) -> Iterator[UInt8Array]:
    """Yield the photos whose masks differ most on the worst data set, else representative ones."""
    run = calibration.run
    worst = max(results, key=lambda result: result.drop, default=None)
    if worst is not None:
        boxes = [_letterbox(each.pixels, run) for each in worst.shown]
    else:
        few = calibration.source.pictures[:COMPARED_PICTURES]
        boxes = list(
            replace(
                calibration, source=replace(calibration.source, pictures=few)
            ).read_letterboxed()
        )
    yield from track(boxes, len(boxes), "comparing layers, pictures")


def _letterbox(pixels: UInt8Array, run: Run) -> UInt8Array:
    return letterbox(pixels, run.height_px, run.width_px, run.letterbox_fill)[0]
