"""MobileNetV2 as a dense feature extractor (Sandler et al., CVPR 2018, table 2).

The last strides are replaced by atrous convolution so that features stay at the chosen output
stride (Chen et al., "Rethinking Atrous Convolution", 2017, section 3.1). Layer names follow
the published checkpoints, ``expanded_conv_7/depthwise`` and so on, so that initial weights
find their place by name.
"""

from __future__ import annotations

import re
from typing import Any

import keras
from keras import layers

# (expansion, channels, repeats, stride) for each stage of table 2.
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
STEM_CHANNELS = 32
LOW_LEVEL_BLOCK = 2  # the last block at stride 4


def count_channels(channels: int, width_multiplier: float) -> int:
    """Scale a channel count, rounded to a multiple of 8 and never below 90% of the exact value."""
    exact = channels * width_multiplier
    rounded = max(8, int(exact + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * exact else rounded


def find_block(layer_name: str) -> str:
    """Return the block that a backbone's layer belongs to, as `runs.schedule.BLOCKS` names it."""
    found = re.match(r"Conv|expanded_conv(_[0-9]+)?", layer_name)
    if found is None:
        raise ValueError(f"{layer_name} is no layer of the backbone")
    return found[0]


def _add_normalisation(x: Any, name: str, *, batch_norm: bool, relu: bool) -> Any:
    if batch_norm:
        x = layers.BatchNormalization(momentum=0.97, epsilon=1e-3, name=f"{name}_norm")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x) if relu else x


def _add_inverted_residual(
    x: Any, name: str, expansion: int, channels: int, stride: int, rate: int, *, batch_norm: bool
) -> Any:
    """Add a block: expand 1x1, filter depthwise 3x3, project 1x1, add the input if it fits."""
    shortcut, in_channels = x, x.shape[-1]
    bias = not batch_norm
    if expansion != 1:
        x = layers.Conv2D(in_channels * expansion, 1, use_bias=bias, name=f"{name}_expand")(x)
        x = _add_normalisation(x, f"{name}_expand", batch_norm=batch_norm, relu=True)
    x = layers.DepthwiseConv2D(
        3,
        strides=stride,
        dilation_rate=rate,
        padding="same",
        use_bias=bias,
        name=f"{name}_depthwise",
    )(x)
    x = _add_normalisation(x, f"{name}_depthwise", batch_norm=batch_norm, relu=True)
    x = layers.Conv2D(channels, 1, use_bias=bias, name=f"{name}_project")(x)
    x = _add_normalisation(x, f"{name}_project", batch_norm=batch_norm, relu=False)
    if stride == 1 and channels == in_channels:
        x = layers.Add(name=f"{name}_add")([shortcut, x])
    return x


def build_mobilenet_v2(
    image: keras.KerasTensor,
    *,
    output_stride: int = 16,
    width_multiplier: float = 1.0,
    batch_norm: bool = False,
) -> tuple[Any, Any]:
    """Build the backbone on ``image``.

    Args:
        image: float32, shape (batch, height, width, 3), normalised to about -1..1.
        output_stride: 16 or 8.
        width_multiplier: scales every channel count.
        batch_norm: normalise after each convolution, or have biases instead.

    Returns:
        Features at stride 4 (24 channels) and at the output stride (320 channels).
    """
    x = layers.Conv2D(
        count_channels(STEM_CHANNELS, width_multiplier),
        3,
        strides=2,
        padding="same",
        use_bias=not batch_norm,
        name="Conv",
    )(image)
    x = _add_normalisation(x, "Conv", batch_norm=batch_norm, relu=True)
    low_level = x
    stride_so_far, rate, block = 2, 1, 0
    for expansion, channels, repeats, stage_stride in STAGES:
        for repeat in range(repeats):
            stride, block_rate = (stage_stride if repeat == 0 else 1), rate
            if stride == 2 and stride_so_far == output_stride:
                # The stride is traded for dilation in all later blocks; this one still sees
                # its input at the old density.
                stride, rate = 1, rate * 2
            stride_so_far *= stride
            name = "expanded_conv" if block == 0 else f"expanded_conv_{block}"
            x = _add_inverted_residual(
                x,
                name,
                expansion,
                count_channels(channels, width_multiplier),
                stride,
                block_rate,
                batch_norm=batch_norm,
            )
            if block == LOW_LEVEL_BLOCK:
                low_level = x
            block += 1
    return low_level, x
