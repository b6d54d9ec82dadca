"""From a Keras model to a full-int8 TFLite model with a fixed batch of one."""

from __future__ import annotations

from typing import Any

from convert.calibration import Calibration
from convert.errors import UsageError, WorkError
from convert.quiet import native_noise_hidden
from convert.recipe import Recipe
from convert.run_folder import Run


def load_fixed_batch(run: Run) -> Any:  # noqa: ANN401 - keras ships no types
    """Load the run's Keras model and fix its batch to one.

    A dynamic batch makes the converter rewrite each dilated convolution as
    SPACE_TO_BATCH_ND … BATCH_TO_SPACE_ND and leaves the batch norms unfolded.

    Args:
        run: the training run.

    Returns:
        A Keras functional model, input float32 (1, H, W, 3), in inference mode.

    Raises:
        UsageError: the file is no Keras model, or its input is not what run.json says.
    """
    with native_noise_hidden():
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
        fixed = keras.Input(wanted, batch_size=1)
        return keras.Model(fixed, model(fixed, training=False))


def quantize(model: Any, calibration: Calibration, recipe: Recipe) -> bytes:  # noqa: ANN401 - keras
    """Convert by a recipe.

    Args:
        model: Keras model with a fixed batch, as ``load_fixed_batch`` gives it.
        calibration: representative data.
        recipe: how to quantise.

    Returns:
        The TFLite flatbuffer.

    Raises:
        WorkError: the converter refused the graph.
        UsageError: a calibration picture cannot be read.
    """
    with native_noise_hidden():
        import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = calibration.samples
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
        # The only switch there is.
        converter._experimental_disable_per_channel = not recipe.per_channel
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
    with native_noise_hidden():
        import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

        return str(tf.__version__)
