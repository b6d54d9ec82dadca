"""DeepLabv3+ with a light decoder (Chen et al., ECCV 2018): photo in, garment logits out."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from train.network.architecture import LOGITS_STRIDE, Architecture
from train.network.aspp import add_convolution, add_separable_convolution, build_aspp
from train.network.backbone import build_mobilenet_v2

ASPP_CHANNELS = 128
DECODER_CHANNELS = 64
LOW_LEVEL_CHANNELS = 32
BACKBONE_PREFIXES = ("Conv", "expanded_conv")


def _build_decoder(low_level: Any, context: Any, *, upsampling: int) -> Any:
    """Bring the context to stride 4, lay the low-level edges beside it, and mix."""
    context = add_convolution(context, DECODER_CHANNELS, "decoder_context")
    for step in range(1, upsampling.bit_length()):
        # Doubling is the resize that Edge TPU compilers are known to map; one by four is not.
        context = layers.UpSampling2D(2, interpolation="bilinear", name=f"decoder_upsample_{step}")(
            context
        )
    edges = add_convolution(low_level, LOW_LEVEL_CHANNELS, "decoder_low_level")
    x = layers.Concatenate(name="decoder_concat")([context, edges])
    x = add_separable_convolution(x, DECODER_CHANNELS, "decoder_1")
    return add_separable_convolution(x, DECODER_CHANNELS, "decoder_2")


def build_model(architecture: Architecture) -> keras.Model:
    """Build the network with fresh weights.

    Args:
        architecture: input size, output stride, atrous rates, width.

    Returns:
        A functional model without custom objects. Input ``image``: float32, shape
        (batch, height, width, 3), RGB, ``(pixel - 127.5) / 127.5``. Output: float32, shape
        (batch, height / 4, width / 4, 1), logits of *garment*; above 0 is garment.
    """
    image = keras.Input((*architecture.input_size, 3), name="image")
    low_level, features = build_mobilenet_v2(
        image,
        output_stride=architecture.output_stride,
        width_multiplier=architecture.width_multiplier,
        batch_norm=architecture.batch_norm,
    )
    context = build_aspp(
        features,
        atrous_rates=tuple(architecture.dilations),
        channels=ASPP_CHANNELS,
    )
    x = _build_decoder(low_level, context, upsampling=architecture.output_stride // LOGITS_STRIDE)
    logits = layers.Conv2D(1, 1, name="garment_logits")(x)
    return keras.Model(image, logits, name="deeplabv3plus_mobilenetv2")


def list_backbone_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers whose weights come from the initial checkpoint."""
    return [layer for layer in model.layers if layer.name.startswith(BACKBONE_PREFIXES)]
