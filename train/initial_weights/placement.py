"""Initial weights laid into the network, layer by layer; what found no place is told."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import keras

from train.errors import UsageError
from train.initial_weights.weights import Weights, is_backbone


@dataclass(frozen=True, slots=True)
class Placement:
    """What initial weights gave and what they did not.

    Attributes:
        weights: where they came from.
        loaded: names of the layers that took weights.
        fresh: names of the layers with weights that found none and start at random.
        unused: names in the source that the network has no place for.
    """

    weights: Weights
    loaded: tuple[str, ...]
    fresh: tuple[str, ...]
    unused: tuple[str, ...]

    def report(self) -> None:
        """Tell on stderr; silence about a layer would hide a defect."""
        source = self.weights
        lines = [f"initial weights: {len(self.loaded)} layers from {source.name} ({source.kind})"]
        for names, what in ((self.fresh, "start fresh"), (self.unused, "of the file are not used")):
            if names:
                lines.append(f"{len(names)} {what}: {', '.join(names)}")
        sys.stderr.write("; ".join(lines) + "\n")

    def as_dict(self) -> dict[str, Any]:
        """Return what run.json says of the initial weights."""
        return {
            "kind": self.weights.kind,
            "file": self.weights.name,
            "sha256": self.weights.sha256,
            "layers_loaded": list(self.loaded),
            "layers_fresh": list(self.fresh),
            "layers_unused": list(self.unused),
        }


def place(model: keras.Model, weights: Weights) -> Placement:
    """Lay weights into every layer of the same name and shape.

    Args:
        model: a model of `train.network.model.build_model`, of any input size: weights do not
            depend on it. Its backbone has norms, or else those of the source are folded.
        weights: where they come from.

    Returns:
        Which layers took weights, which start fresh, and what was left over.

    Raises:
        UsageError: a backbone layer finds no weights, or of another shape. A backbone that is
            half random would learn, badly, and nobody would see why.
    """
    names = {layer.name for layer in model.layers}
    given = weights.arrays(batch_norm="Conv_norm" in names)
    loaded, fresh = [], []
    for layer in model.layers:
        if not layer.weights:
            continue
        wanted = [tuple(weight.shape) for weight in layer.weights]
        arrays = given.get(layer.name)
        if arrays is not None and [array.shape for array in arrays] == wanted:
            layer.set_weights(arrays)
            loaded.append(layer.name)
            continue
        if is_backbone(layer.name):
            raise UsageError(_misfit(weights, layer.name, wanted, arrays))
        fresh.append(layer.name)
    unused = tuple(name for name in given if name not in loaded)
    return Placement(weights, tuple(loaded), tuple(fresh), unused)


def _misfit(
    weights: Weights, layer_name: str, wanted: list[tuple[int, ...]], arrays: list[Any] | None
) -> str:
    if arrays is None:
        return (
            f"initial weights {weights.name} have nothing for layer {layer_name}: "
            "give a DeepLab on MobileNetV2, or a MobileNetV2"
        )
    found = [array.shape for array in arrays]
    return (
        f"initial weights {weights.name} have shapes {found} for layer {layer_name}, the model "
        f"has {wanted}: choose the --width-multiplier of the file"
    )
