"""Recipes: the named ways to convert a model, which the bundle's manifest records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is converted.

    Attributes:
        name: name in the manifest and of ``--recipe``.
        description: one sentence for a person.
        dtype: type of the stored weights: ``int8``, ``float16`` or ``float32``.
        equalised: whether channels are equalised before quantising.
        fine_tuned: whether the network is fine-tuned with fake quantisation before quantising.
    """

    name: str
    description: str
    dtype: str
    equalised: bool = False
    fine_tuned: bool = False

    @property
    def int8(self) -> bool:
        """Whether the whole graph computes in integers, including input and output."""
        return self.dtype == "int8"

    @property
    def file_name(self) -> str:
        """File name of the model in the bundle."""
        return f"model_{self.dtype}.tflite"

    def manifest_entry(self) -> dict[str, Any]:
        """Return the recipe as an entry of the bundle's manifest."""
        return {
            "name": self.name,
            "description": self.description,
            "numbers": self.dtype,
            "equalised": self.equalised,
            "fine_tuned": self.fine_tuned,
            # Float models run on a rig, but are several times larger and slower: for comparison.
            "reference": not self.int8,
        }


_INT8 = (
    "weights per output channel, activations per tensor from representative photos, int8 input "
    "and output, biases int32"
)

DEFAULT = Recipe(
    name="int8-per-channel",
    description=f"Post-training int8: channels equalised, {_INT8}.",
    dtype="int8",
    equalised=True,
)
RECIPES = {
    recipe.name: recipe
    for recipe in (
        DEFAULT,
        Recipe(
            name="int8-plain",
            description=f"Post-training int8 as TensorFlow does it by itself: {_INT8}.",
            dtype="int8",
        ),
        Recipe(
            name="int8-qat",
            description=(
                "Quantisation-aware fine-tuning towards the float model's own logits, then as "
                "int8-per-channel."
            ),
            dtype="int8",
            equalised=True,
            fine_tuned=True,
        ),
        Recipe(
            name="float16",
            description="Weights float16, arithmetic float32; for reference.",
            dtype="float16",
        ),
        Recipe(
            name="float32",
            description="The trained model unquantised; for reference.",
            dtype="float32",
        ),
    )
}
