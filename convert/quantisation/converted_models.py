"""Apply a recipe to a run; the float models are kept to compare the result with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from convert.inputs.model_runners import KerasModel, SegmentationModel, TfliteModel
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import Run
from convert.progress import say
from convert.quantisation.calibration_diversity import measure_diversity
from convert.quantisation.fine_tuning import FineTuning
from convert.quantisation.recipe import RECIPES, Recipe
from convert.quantisation.tflite_converter import (
    convert_by_recipe,
    fix_batch,
    load_run_model,
    prepare_weights,
)


@dataclass(frozen=True, slots=True)
class ConvertedModels:
    """The models of one conversion.

    Attributes:
        trained: the model as trained.
        trained_float: the trained model as float TFLite.
        prepared_float: the weights that were quantised, as float TFLite; None for float recipes.
        deployed: the TFLite model for the rig.
        manifest_entries: entries for the recipe in the bundle's manifest.
    """

    trained: KerasModel
    trained_float: bytes
    prepared_float: bytes | None
    deployed: bytes
    manifest_entries: dict[str, Any]


def apply_recipe(
    run: Run, calibration: RepresentativeDataset, recipe: Recipe, tuning: FineTuning | None
) -> ConvertedModels:
    """Convert the model of a run by a recipe.

    Args:
        run: the training run.
        calibration: representative dataset.
        recipe: how to convert.
        tuning: data and steps of the fine-tuning, for a recipe that fine-tunes.

    Returns:
        The converted model, and the float models.

    Raises:
        UsageError: the model or a picture cannot be read.
        WorkError: the converter refused the graph.
    """
    say(f"loading {run.model_path}")
    fixed = fix_batch(load_run_model(run))
    trained = KerasModel(fixed, run)
    trained_float = convert_by_recipe(fixed, calibration, RECIPES["float32"])
    entries: dict[str, Any] = {}
    if recipe.int8:
        entries["spread"] = _measure_calibration(calibration, TfliteModel(trained_float, run))
    if tuning is not None:
        entries["fine_tuning"] = tuning.manifest_entry()
    say(f"converting with {recipe.name}")
    prepared, prepared_float = fixed, trained_float
    if recipe.equalised:
        prepared = prepare_weights(run, calibration, recipe, tuning)
        prepared_float = convert_by_recipe(prepared, calibration, RECIPES["float32"])
    deployed = prepared_float
    if recipe.dtype != "float32":
        deployed = convert_by_recipe(prepared, calibration, recipe)
    return ConvertedModels(
        trained=trained,
        trained_float=trained_float,
        prepared_float=prepared_float if recipe.int8 else None,
        deployed=deployed,
        manifest_entries=entries,
    )


def _measure_calibration(
    calibration: RepresentativeDataset, trained: SegmentationModel
) -> dict[str, Any]:
    """Measure the diversity of the calibration pictures, and print it with warnings."""
    diversity = measure_diversity(calibration, trained)
    say(diversity.summarise())
    for warning in diversity.list_warnings(calibration.run):
        say(f"warning: {warning}")
    return diversity.manifest_entry()
