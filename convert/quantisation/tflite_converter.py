"""Convert a Keras model to a TFLite model with a fixed batch of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from convert.arrays import Float32Array
from convert.errors import UsageError, WorkError
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import Run
from convert.native_stderr import hide_native_stderr
from convert.progress import say
from convert.quantisation.equalisation import equalise_channels
from convert.quantisation.fine_tuning import FineTuning, fine_tune
from convert.quantisation.recipe import Recipe

Samples = Callable[[], Iterator[list[Float32Array]]]
"""Returns the model's inputs, one float32 (1, H, W, 3) each, that set the int8 scales."""


def load_keras_model(path: Path) -> Any:  # noqa: ANN401 - keras ships no types
    """Load a Keras model.

    Args:
        path: a ``.keras`` file.

    Returns:
        A Keras functional model.

    Raises:
        UsageError: the file is no Keras model, or needs custom objects.
    """
    with hide_native_stderr():
        import keras  # noqa: PLC0415 - takes seconds to load

        try:
            return keras.models.load_model(path, compile=False)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UsageError(
                f"{path} cannot be loaded as a Keras model without custom objects: "
                f"{_first_line(error)}"
            ) from error


def load_run_model(run: Run) -> Any:  # noqa: ANN401 - keras ships no types
    """Load the Keras model of a run.

    Args:
        run: the training run.

    Returns:
        A Keras functional model, input float32 (batch, H, W, 3).

    Raises:
        UsageError: the file is no Keras model, or its input size is not that of run.json, or
            its weights are no numbers.
    """
    model = load_keras_model(run.model_path)
    expected = (run.height_px, run.width_px, 3)
    if tuple(model.input_shape[1:]) != expected:
        raise UsageError(
            f"{run.model_path} takes {tuple(model.input_shape[1:])} and run.json says "
            f"{expected}: the two files do not belong together"
        )
    _refuse_broken_weights(model, run)
    return model


def _refuse_broken_weights(model: Any, run: Run) -> None:  # noqa: ANN401 - keras ships no types
    broken = [
        layer.name
        for layer in model.layers
        if not all(np.isfinite(array).all() for array in layer.get_weights())
    ]
    if broken:
        others = f" and {len(broken) - 1} more layers" if len(broken) > 1 else ""
        raise UsageError(
            f"{run.model_path} has weights in {broken[0]}{others} that are no numbers (NaN or "
            "infinite): its training diverged, so train into a new folder with a lower "
            "--learning-rate"
        )


def fix_batch(model: Any) -> Any:  # noqa: ANN401 - keras ships no types
    """Fix a model's batch to one, in inference mode.

    With a dynamic batch the converter rewrites each dilated convolution as SPACE_TO_BATCH_ND …
    BATCH_TO_SPACE_ND, and does not fold the batch norms.
    """
    with hide_native_stderr():
        import keras  # noqa: PLC0415 - takes seconds to load

        fixed = keras.Input(tuple(model.input_shape[1:]), batch_size=1)
        return keras.Model(fixed, model(fixed, training=False))


def prepare_weights(
    run: Run, calibration: RepresentativeDataset, recipe: Recipe, tuning: FineTuning | None
) -> Any:  # noqa: ANN401 - keras
    """Load the model of a run, and equalise and fine-tune it as the recipe says.

    Args:
        run: the training run.
        calibration: representative dataset.
        recipe: how to convert.
        tuning: data and steps of the fine-tuning, for a recipe that fine-tunes.

    Returns:
        A Keras model with a fixed batch.

    Raises:
        UsageError: the model or a picture cannot be read.
    """
    model = load_run_model(run)
    with hide_native_stderr():
        if recipe.equalised:
            say(f"equalised {equalise_channels(model, calibration)} channels")
        if recipe.fine_tuned and tuning is not None:
            fine_tune(model, load_run_model(run), tuning, calibration)
    return fix_batch(model)


def convert_by_recipe(model: Any, calibration: RepresentativeDataset, recipe: Recipe) -> bytes:  # noqa: ANN401 - keras
    """Convert a Keras model with a fixed batch by a recipe; see `convert_to_tflite`.

    Args:
        model: Keras model with a fixed batch, as ``prepare_weights`` returns it.
        calibration: representative dataset.
        recipe: how to convert.
    """
    return convert_to_tflite(model, recipe.dtype, lambda: calibration.track_samples("calibrating"))


def convert_to_tflite(model: Any, dtype: str, samples: Samples) -> bytes:  # noqa: ANN401 - keras
    """Convert a Keras model.

    Args:
        model: Keras model with a fixed batch.
        dtype: ``int8``, ``float16`` or ``float32``; an int8 model has int8 inputs and outputs.
        samples: returns representative inputs; called for int8 only.

    Returns:
        The TFLite flatbuffer.

    Raises:
        WorkError: the converter refused the graph.
        UsageError: a representative picture cannot be read.
    """
    with hide_native_stderr():
        import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        if dtype != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if dtype == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if dtype == "int8":
            converter.representative_dataset = samples
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = tf.int8
            converter.inference_output_type = tf.int8
        try:
            return bytes(converter.convert())
        except (UsageError, WorkError):
            raise
        except Exception as error:
            raise WorkError(
                f"TensorFlow could not convert the model: {_first_line(error)}"
            ) from error


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def get_tensorflow_version() -> str:
    """Return the version of the TensorFlow that converts, for the manifest."""
    with hide_native_stderr():
        import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

        return str(tf.__version__)
