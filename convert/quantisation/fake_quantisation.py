"""Fake quantisation: the float network with the rounding of int8, for training.

Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
Inference", CVPR 2018, section 3: activations are rounded where an integer graph rounds them,
weights per output channel, and gradients pass straight through. This uses TensorFlow's fake
quantisation op instead of tensorflow-model-optimization, which needs a second Keras and does not
round operations outside layers. The trained weights return into the same model and are converted
like those of every other recipe.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from convert.inputs.representative_dataset import RepresentativeDataset
from convert.quantisation.keras_graph import CONVOLUTIONS, find_rounded_outputs, get_kind

LEVELS = 127.0  # int8 weights are symmetric: -127 to 127.
MIN_RANGE = 1e-6  # keeps the scale of a constant output above zero


def observe_ranges(
    model: Any,  # noqa: ANN401 - keras ships no types
    calibration: RepresentativeDataset,
) -> dict[str, tuple[float, float]]:
    """Measure the smallest and largest value of each output that an int8 graph rounds.

    Args:
        model: Keras functional model.
        calibration: representative dataset.

    Returns:
        Range by operation name. Each range includes 0, which int8 must represent exactly.
    """
    import keras  # noqa: PLC0415 - takes seconds to load
    import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

    operations = find_rounded_outputs(model)
    inner = keras.Model(model.input, [operation.output for operation in operations])

    def step(photo: Any) -> Any:  # noqa: ANN401 - a TensorFlow tensor
        outputs = inner(photo, training=False)
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        return [(tf.reduce_min(each), tf.reduce_max(each)) for each in outputs]

    run_step = tf.function(step)
    lows, highs = np.zeros(len(operations)), np.zeros(len(operations))
    for (photo,) in calibration.track_samples("observing ranges"):
        for number, (low, high) in enumerate(run_step(photo)):
            lows[number] = min(lows[number], float(low))
            highs[number] = max(highs[number], float(high))
    return {
        operation.name: (float(low), max(float(high), float(low) + MIN_RANGE))
        for operation, low, high in zip(operations, lows, highs, strict=True)
    }


def build_fake_quantised_model(model: Any, ranges: dict[str, tuple[float, float]]) -> Any:  # noqa: ANN401 - keras
    """Build a network of the same layers whose activations are fake quantised.

    Args:
        model: Keras functional model. The new one shares its layers and weights.
        ranges: ranges as ``observe_ranges`` returns them.

    Returns:
        A Keras functional model.
    """
    import keras  # noqa: PLC0415 - takes seconds to load
    import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

    def call(operation: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - keras
        output = operation(*args, **kwargs)
        if operation.name not in ranges:
            return output
        low, high = ranges[operation.name]
        rounding = keras.layers.Lambda(
            lambda x: tf.quantization.fake_quant_with_min_max_args(x, low, high, num_bits=8),
            output_shape=output.shape[1:],
            name=f"{operation.name}_rounding",
        )
        return rounding(output)

    return keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)


def list_kernels(model: Any) -> list[tuple[Any, int]]:  # noqa: ANN401 - keras ships no types
    """Return the weights that int8 stores, each with the axis of its scales."""
    return [
        (layer.kernel, 2 if get_kind(layer) == "DepthwiseConv2D" else 3)
        for layer in model.layers
        if get_kind(layer) in CONVOLUTIONS
    ]


def fake_quantise_kernel(kernel: Any, axis: int) -> Any:  # noqa: ANN401 - TensorFlow tensors
    """Round weights to the 255 values of int8 for each index of ``axis``."""
    import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

    others = [each for each in range(4) if each != axis]
    step = tf.reduce_max(tf.abs(kernel), axis=others, keepdims=True) / LEVELS
    step = tf.maximum(step, MIN_RANGE)
    return tf.round(kernel / step) * step
