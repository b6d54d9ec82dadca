"""From a Keras model to a TFLite model with a fixed batch of one, by a recipe."""

from __future__ import annotations

from typing import Any

from convert.errors import UsageError, WorkError
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.inputs.run_folder import Run
from convert.native_noise import hide_native_stderr
from convert.progress import say
from convert.quantisation.equalisation import equalise
from convert.quantisation.fine_tuning import FineTuning, fine_tune
from convert.quantisation.recipe import Recipe


def load_model(run: Run) -> Any:  # noqa: ANN401 - keras ships no types
    """Load the run's Keras model.

    Args:
        run: the training run.

    Returns:
        A Keras functional model, input float32 (batch, H, W, 3).

    Raises:
        UsageError: the file is no Keras model, or its input is not what run.json says.
    """
    with hide_native_stderr():
        import keras  # noqa: PLC0415 - takes seconds to load

        try:
            model = keras.models.load_model(run.model_path, compile=False)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UsageError(
                f"{run.model_path} cannot be loaded as a Keras model without custom objects: "
                f"{_first_line(error)}"
            ) from error
        wanted = (run.height_px, run.width_px, 3)
        if tuple(model.input_shape[1:]) != wanted:
            raise UsageError(
                f"{run.model_path} takes {tuple(model.input_shape[1:])} and run.json says "
                f"{wanted}: the two files do not belong together"
            )
        return model


def fix_batch(model: Any) -> Any:  # noqa: ANN401 - keras ships no types
    """Fix a model's batch to one, in inference mode.

    A dynamic batch makes the converter rewrite each dilated convolution as
    SPACE_TO_BATCH_ND … BATCH_TO_SPACE_ND and leaves the batch norms unfolded.
    """
    with hide_native_stderr():
        import keras  # noqa: PLC0415 - takes seconds to load

        fixed = keras.Input(tuple(model.input_shape[1:]), batch_size=1)
        return keras.Model(fixed, model(fixed, training=False))


def prepare(
    run: Run, calibration: RepresentativeDataset, recipe: Recipe, tuning: FineTuning | None
) -> Any:  # noqa: ANN401 - keras
    """Load the run's model and do to its weights what the recipe wants done before conversion.

    Args:
        run: the training run.
        calibration: representative data.
        recipe: how to quantise.
        tuning: what to fine-tune on; needed by a recipe that does.

    Returns:
        A Keras model with a fixed batch.

    Raises:
        UsageError: the model or a picture cannot be read.
    """
    model = load_model(run)
    with hide_native_stderr():
        if recipe.equalised:
            say(f"equalised {equalise(model, calibration)} channels")
        if recipe.fine_tuned and tuning is not None:
            fine_tune(model, load_model(run), tuning, calibration)
    return fix_batch(model)


def quantize(model: Any, calibration: RepresentativeDataset, recipe: Recipe) -> bytes:  # noqa: ANN401 - keras
    """Convert by a recipe.

    Args:
        model: Keras model with a fixed batch, as ``prepare`` gives it.
        calibration: representative data.
        recipe: how to quantise.

    Returns:
        The TFLite flatbuffer.

    Raises:
        WorkError: the converter refused the graph.
        UsageError: a calibration picture cannot be read.
    """
    with hide_native_stderr():
        import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        if recipe.numbers != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if recipe.numbers == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if recipe.int8:
            converter.representative_dataset = lambda: calibration.counted_samples("calibrating")
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


def tensorflow_version() -> str:
    """Version of the TensorFlow that converts, for the manifest."""
    with hide_native_stderr():
        import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

        return str(tf.__version__)
