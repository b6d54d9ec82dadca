"""Named ways to make a TFLite model; the bundle's manifest carries the name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is quantised.

    Attributes:
        name: as the manifest records it.
        description: one sentence for a person.
        per_channel: one weight scale for each output channel instead of one for the tensor.
    """

    name: str
    description: str
    per_channel: bool


INT8_PER_CHANNEL = Recipe(
    name="int8-per-channel",
    description=(
        "Post-training int8: weights per output channel, activations per tensor from "
        "representative photos, int8 input and output, biases int32."
    ),
    per_channel=True,
)
