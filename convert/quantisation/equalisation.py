"""Cross-layer equalisation: let every channel use the whole int8 range of its tensor.

All channels of an activation tensor share one scale. A channel that never exceeds 0.5 in a tensor
that reaches 6 has 21 of 256 steps, and the next convolution amplifies its rounding error. A
rectifier commutes with a positive factor, so for each channel the weights of the convolution
before it are multiplied by a factor and those of the convolution after it are divided by it
(Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV
2019, section 4.1; there from weights, here from measured activations because of ReLU6).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from convert.arrays import Float32Array
from convert.inputs.representative_dataset import RepresentativeDataset
from convert.quantisation.keras_graph import RectifiedPair, find_rectified_pairs, get_kind

HEADROOM = 1.25  # a channel may exceed its largest calibrated value by this before it is clipped

MAX_FACTOR = 16.0  # a channel that was near zero in calibration may be active on other photos


def equalise_channels(model: Any, calibration: RepresentativeDataset) -> int:  # noqa: ANN401 - keras ships no types
    """Rescale the channels of a float model in place; its outputs stay the same.

    Args:
        model: Keras functional model.
        calibration: representative dataset, which gives the largest value of each channel.

    Returns:
        The number of rescaled channels.

    Raises:
        UsageError: a calibration picture cannot be read.
    """
    pairs = find_rectified_pairs(model)
    if not pairs:
        return 0
    rescaled = 0
    for pair, peak in zip(pairs, _measure_peaks(model, pairs, calibration), strict=True):
        ceiling = float(pair.rectifier.max_value)
        room = ceiling / (HEADROOM * np.maximum(peak, 1e-6))
        factor = np.clip(room, 1, MAX_FACTOR).astype(np.float32)
        _scale_first(pair, factor)
        _scale_second(pair.second, factor)
        rescaled += int(np.count_nonzero(factor > 1))
    return rescaled


def _measure_peaks(
    model: Any,  # noqa: ANN401 - keras ships no types
    pairs: list[RectifiedPair],
    calibration: RepresentativeDataset,
) -> list[Float32Array]:
    """Return the largest value of each channel after each rectifier, float32 (channels,)."""
    import keras  # noqa: PLC0415 - takes seconds to load
    import tensorflow as tf  # noqa: PLC0415 - takes seconds to load

    inner = keras.Model(model.input, [pair.rectifier.output for pair in pairs])

    def step(photo: Any) -> Any:  # noqa: ANN401 - a TensorFlow tensor
        outputs = inner(photo, training=False)
        # With a single pair Keras returns the tensor itself or a list of one.
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        return [tf.reduce_max(output, axis=(0, 1, 2)) for output in outputs]

    run_step = tf.function(step)
    peaks: list[Float32Array] = []
    for (photo,) in calibration.track_samples("equalising"):
        found = [np.asarray(peak) for peak in run_step(photo)]
        peaks = [np.maximum(a, b) for a, b in zip(peaks, found, strict=True)] if peaks else found
    return peaks


def _scale_first(pair: RectifiedPair, factor: Float32Array) -> None:
    if pair.norm is not None:
        pair.norm.gamma.assign(pair.norm.gamma * factor)
        pair.norm.beta.assign(pair.norm.beta * factor)
        return
    kernel, *bias = pair.first.get_weights()
    by_output = factor.reshape(1, 1, -1, 1) if get_kind(pair.first) == "DepthwiseConv2D" else factor
    pair.first.set_weights([kernel * by_output, *(each * factor for each in bias)])


def _scale_second(layer: Any, factor: Float32Array) -> None:  # noqa: ANN401 - keras ships no types
    kernel, *bias = layer.get_weights()
    layer.set_weights([kernel / factor.reshape(1, 1, -1, 1), *bias])
