"""Channel equalisation: let every channel use the whole int8 range of its tensor.

Activations share one scale per tensor. A channel that never rises above 0.5 in a tensor that
reaches 6 is left with 21 of 256 steps, and the next convolution multiplies what was rounded
away. Between a convolution and the next one, a rectifier passes a positive factor through, so
channel by channel the first one's weights are multiplied and the second one's divided by it
(Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV
2019, section 4.1; there from weights, here from measured activations because of ReLU6).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from convert.arrays import Float32Array
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.quantisation.keras_graph import RectifiedPair, kind, rectified_pairs

HEADROOM = 1.25
"""How far above the largest value seen a channel may rise before the rectifier cuts it off."""

LARGEST_FACTOR = 16.0
"""A channel that stayed silent in calibration may still speak up later."""


def equalise(model: Any, calibration: RepresentativeDataset) -> int:  # noqa: ANN401 - keras ships no types
    """Rescale the channels of a float model in place; what it computes stays the same.

    Args:
        model: Keras functional model.
        calibration: photos that show how far each channel rises.

    Returns:
        How many channels were rescaled.

    Raises:
        UsageError: a calibration picture cannot be read.
    """
    pairs = rectified_pairs(model)
    if not pairs:
        return 0
    rescaled = 0
    for pair, peak in zip(pairs, _peaks(model, pairs, calibration), strict=True):
        ceiling = float(pair.rectifier.max_value)
        room = ceiling / (HEADROOM * np.maximum(peak, 1e-6))
        factor = np.clip(room, 1, LARGEST_FACTOR).astype(np.float32)
        _scale_first(pair, factor)
        _scale_second(pair.second, factor)
        rescaled += int(np.count_nonzero(factor > 1))
    return rescaled


def _peaks(
    model: Any,  # noqa: ANN401 - keras ships no types
    pairs: list[RectifiedPair],
    calibration: RepresentativeDataset,
) -> list[Float32Array]:
    """The largest value of each channel after each rectifier."""
    import keras  # noqa: PLC0415 - takes seconds to load
    import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

    inner = keras.Model(model.input, [pair.rectifier.output for pair in pairs])

    def step(photo: Any) -> Any:  # noqa: ANN401 - a TensorFlow tensor
        outputs = inner(photo, training=False)
        # With a single pair Keras gives the tensor itself, or a list of one.
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        return [tf.reduce_max(output, axis=(0, 1, 2)) for output in outputs]

    run_step = tf.function(step)
    peaks: list[Float32Array] = []
    for (photo,) in calibration.counted_samples("equalising"):
        seen = [np.asarray(peak) for peak in run_step(photo)]
        peaks = [np.maximum(a, b) for a, b in zip(peaks, seen, strict=True)] if peaks else seen
    return peaks


def _scale_first(pair: RectifiedPair, factor: Float32Array) -> None:
    if pair.norm is not None:
        pair.norm.gamma.assign(pair.norm.gamma * factor)
        pair.norm.beta.assign(pair.norm.beta * factor)
        return
    kernel, *bias = pair.first.get_weights()
    by_output = factor.reshape(1, 1, -1, 1) if kind(pair.first) == "DepthwiseConv2D" else factor
    pair.first.set_weights([kernel * by_output, *(each * factor for each in bias)])


def _scale_second(layer: Any, factor: Float32Array) -> None:  # noqa: ANN401 - keras ships no types
    kernel, *bias = layer.get_weights()
    layer.set_weights([kernel / factor.reshape(1, 1, -1, 1), *bias])
