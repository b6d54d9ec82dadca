"""Named ways to make a TFLite model; the bundle's manifest carries the name and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is quantised.

    Attributes:
        name: as the manifest records it and ``--recipe`` takes it.
        description: one sentence for a person.
        numbers: what the weights are stored as: ``int8``, ``float16`` or ``float32``.
        equalised: channels are scaled to fill the int8 range before quantising.
        fine_tuned: the network is trained on with its rounding in the loop before quantising.
    """

    name: str
    description: str
    numbers: str
    equalised: bool = False
    fine_tuned: bool = False

    @property
    def int8(self) -> bool:
        """Whether the whole graph computes in integers, input and output included."""
        return self.numbers == "int8"

    @property
    def file_name(self) -> str:
        """Name of the model inside the bundle."""
        return f"model_{self.numbers}.tflite"

    def record(self) -> dict[str, Any]:
        """What the manifest says of the recipe."""
        return {
            "name": self.name,
            "description": self.description,
            "numbers": self.numbers,
            "equalised": self.equalised,
            "fine_tuned": self.fine_tuned,
            # A rig runs it, and it is there to compare with: several times larger and slower.
            "reference": not self.int8,
        }


_INT8 = (
    "weights per output channel, activations per tensor from representative photos, int8 input "
    "and output, biases int32"
)

DEFAULT = Recipe(
    name="int8-per-channel",
    description=f"Post-training int8: channels equalised, {_INT8}.",
    numbers="int8",
    equalised=True,
)
RECIPES = {
    recipe.name: recipe
    for recipe in (
        DEFAULT,
        Recipe(
            name="int8-plain",
            description=f"Post-training int8 as TensorFlow does it by itself: {_INT8}.",
            numbers="int8",
        ),
        Recipe(
            name="int8-qat",
            description=(
                "Quantisation-aware fine-tuning towards the float model's own logits, then as "
                "int8-per-channel."
            ),
            numbers="int8",
            equalised=True,
            fine_tuned=True,
        ),
        Recipe(
            name="float16",
            description="Weights float16, arithmetic float32; for reference.",
            numbers="float16",
        ),
        Recipe(
            name="float32",
            description="The trained model unquantised; for reference.",
            numbers="float32",
        ),
    )
}
