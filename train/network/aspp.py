"""Atrous spatial pyramid pooling with image pooling (Chen et al., 2017, section 3.3).

Each 3x3 branch is depthwise separable, as in DeepLabv3+ (Chen et al., ECCV 2018, section 3.1).
The pooled branch is an `AveragePooling2D` over the whole map and comes back by tiling: both
keep the graph static and in integer operators, where a global mean or a 1x1 to NxN resize
would leave the Edge TPU.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers


def add_convolution(x: Any, channels: int, name: str) -> Any:
    """Add a 1x1 convolution, batch normalisation and ReLU6."""
    x = layers.Conv2D(channels, 1, use_bias=False, name=name)(x)
    x = layers.BatchNormalization(momentum=0.97, epsilon=1e-3, name=f"{name}_norm")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x)


def add_separable_convolution(x: Any, channels: int, name: str, *, rate: int = 1) -> Any:
    """Add a depthwise 3x3 at ``rate``, then 1x1, each normalised and rectified."""
    x = layers.DepthwiseConv2D(
        3, dilation_rate=rate, padding="same", use_bias=False, name=f"{name}_depthwise"
    )(x)
    x = layers.BatchNormalization(momentum=0.97, epsilon=1e-3, name=f"{name}_depthwise_norm")(x)
    x = layers.ReLU(6.0, name=f"{name}_depthwise_relu")(x)
    return add_convolution(x, channels, f"{name}_pointwise")


def build_aspp(
    features: Any, *, atrous_rates: tuple[int, ...], channels: int = 128, dropout: float = 0.1
) -> Any:
    """Build the branches that gather context at several scales.

    Args:
        features: float32, shape (batch, rows, columns, channels), static rows and columns.
        atrous_rates: dilation of each 3x3 branch, in cells of ``features``.
        channels: width of each branch and of the result.
        dropout: share of whole channels dropped in training.

    Returns:
        float32, shape (batch, rows, columns, ``channels``).
    """
    rows, columns = features.shape[1], features.shape[2]
    branches = [add_convolution(features, channels, "aspp_1x1")]
    branches += [
        add_separable_convolution(features, channels, f"aspp_rate{rate}", rate=rate)
        for rate in atrous_rates
    ]
    pooled = layers.AveragePooling2D((rows, columns), name="image_pooling")(features)
    pooled = add_convolution(pooled, channels, "image_pooling_1x1")
    branches.append(keras.ops.tile(pooled, (1, rows, columns, 1)))
    x = layers.Concatenate(name="aspp_concat")(branches)
    x = add_convolution(x, channels, "aspp_projection")
    return layers.SpatialDropout2D(dropout, name="aspp_dropout")(x)
