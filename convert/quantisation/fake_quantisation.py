"""The float network with int8's rounding in it, so that training can feel the rounding.

Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
Inference", CVPR 2018, section 3: activations are rounded where an integer graph rounds them,
weights per output channel, and gradients pass straight through. Written on TensorFlow's own
fake-quantisation op and not on tensorflow-model-optimization, which wants a second Keras and
rounds no operation outside a layer; here the trained weights go back into the same model and
through the same conversion as every other recipe.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from convert.inputs.representative_dataset import RepresentativeDataset
from convert.quantisation.keras_graph import CONVOLUTIONS, kind, rounded_outputs

LEVELS = 127.0  # int8 weights are symmetric: -127 to 127.
SMALLEST_RANGE = 1e-6


def observe_ranges(
    model: Any,  # noqa: ANN401 - keras ships no types
    calibration: RepresentativeDataset,
) -> dict[str, tuple[float, float]]:
    """Smallest and largest value of each output that an int8 graph rounds.

    Args:
        model: Keras functional model.
        calibration: representative photos.

    Returns:
        Operation name to its range; 0 lies inside, because int8 must hold it exactly.
    """
    import keras  # noqa: PLC0415 - takes seconds to load
    import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

    operations = rounded_outputs(model)
    inner = keras.Model(model.input, [operation.output for operation in operations])

    def step(photo: Any) -> Any:  # noqa: ANN401 - a TensorFlow tensor
        outputs = inner(photo, training=False)
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        return [(tf.reduce_min(each), tf.reduce_max(each)) for each in outputs]

    run_step = tf.function(step)
    lows, highs = np.zeros(len(operations)), np.zeros(len(operations))
    for (photo,) in calibration.counted_samples("observing ranges"):
        for number, (low, high) in enumerate(run_step(photo)):
            lows[number] = min(lows[number], float(low))
            highs[number] = max(highs[number], float(high))
    return {
        operation.name: (float(low), max(float(high), float(low) + SMALLEST_RANGE))
        for operation, low, high in zip(operations, lows, highs, strict=True)
    }


def build_rounding_twin(model: Any, ranges: dict[str, tuple[float, float]]) -> Any:  # noqa: ANN401 - keras
    """Build a network of the same layers whose activations are rounded as int8 rounds them.

    Args:
        model: Keras functional model. The twin shares its layers, weights included.
        ranges: as ``observe_ranges`` gives them.

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


def kernels(model: Any) -> list[tuple[Any, int]]:  # noqa: ANN401 - keras ships no types
    """The weights that int8 stores, each with the axis along which its scale changes."""
    return [
        (layer.kernel, 2 if kind(layer) == "DepthwiseConv2D" else 3)
        for layer in model.layers
        if kind(layer) in CONVOLUTIONS
    ]


def rounded_kernel(kernel: Any, axis: int) -> Any:  # noqa: ANN401 - TensorFlow tensors
    """Round weights to the 255 values that int8 has for each output channel."""
    import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

    others = [each for each in range(4) if each != axis]
    step = tf.reduce_max(tf.abs(kernel), axis=others, keepdims=True) / LEVELS
    step = tf.maximum(step, SMALLEST_RANGE)
    return tf.round(kernel / step) * step
