"""From a run to the model that a recipe makes of it, with the float models to compare it with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from convert.inputs.model_runners import KerasModel, SegmentationModel, TfliteModel
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import Run
from convert.progress import say
from convert.quantisation.calibration_spread import measure_spread
from convert.quantisation.fine_tuning import FineTuning
from convert.quantisation.quantize import fix_batch, load_model, prepare, quantize
from convert.quantisation.recipe import RECIPES, Recipe


@dataclass(frozen=True, slots=True)
class MadeModel:
    """What a recipe made.

    Attributes:
        trained: the model as it was trained.
        trained_float: the same as float TFLite.
        prepared_float: the weights that were quantised, as float TFLite; None for float recipes.
        deployed: the TFLite model that the rig gets.
        record: what the manifest says about the making.
    """

    trained: KerasModel
    trained_float: bytes
    prepared_float: bytes | None
    deployed: bytes
    record: dict[str, Any]


def make_model(
    run: Run, calibration: RepresentativeDataset, recipe: Recipe, tuning: FineTuning | None
) -> MadeModel:
    """Follow a recipe.

    Args:
        run: the training run.
        calibration: representative data.
        recipe: how to quantise.
        tuning: what to fine-tune on; needed by a recipe that does.

    Returns:
        The models.

    Raises:
        UsageError: the model or a picture cannot be read.
        WorkError: the converter refused the graph.
    """
    say(f"loading {run.model_path}")
    fixed = fix_batch(load_model(run))
    trained = KerasModel(fixed, run)
    trained_float = quantize(fixed, calibration, RECIPES["float32"])
    record: dict[str, Any] = {}
    if recipe.int8:
        record["spread"] = _look_through(calibration, TfliteModel(trained_float, run))
    say(f"converting with {recipe.name}")
    if recipe.numbers == "float32":
        return MadeModel(trained, trained_float, None, trained_float, record)
    if not recipe.int8:
        return MadeModel(trained, trained_float, None, quantize(fixed, calibration, recipe), record)
    if tuning is not None:
        record["fine_tuning"] = tuning.record()
    if not recipe.equalised:
        return MadeModel(
            trained, trained_float, trained_float, quantize(fixed, calibration, recipe), record
        )
    prepared = prepare(run, calibration, recipe, tuning)
    prepared_float = quantize(prepared, calibration, RECIPES["float32"])
    deployed = quantize(prepared, calibration, recipe)
    return MadeModel(trained, trained_float, prepared_float, deployed, record)


def _look_through(calibration: RepresentativeDataset, trained: SegmentationModel) -> dict[str, Any]:
    """Say how varied the calibration pictures are, and warn where they are not."""
    spread = measure_spread(calibration, trained)
    say(spread.sentence())
    for warning in spread.warnings():
        say(f"warning: {warning}")
    return spread.record()
