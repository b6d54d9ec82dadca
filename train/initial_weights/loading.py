"""Load initial weights into the network layer by layer, and report what did not match."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import keras

from train.errors import UsageError
from train.initial_weights.weights import Weights, is_backbone

_SHOWN = 4  # layers named on the terminal; run.json names all


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Which layers took initial weights.

    Attributes:
        weights: the source.
        loaded: layers that took weights.
        fresh: layers that start at random, because the source has no weights that fit.
        unused: names in the source without a layer that they fit.
    """

    weights: Weights
    loaded: tuple[str, ...]
    fresh: tuple[str, ...]
    unused: tuple[str, ...]

    def print_summary(self) -> None:
        """Print to stderr which layers did not match; a silent mismatch would hide a defect."""
        source = self.weights
        lines = [f"initial weights: {len(self.loaded)} layers from {source.name} ({source.kind})"]
        for names, what in ((self.fresh, "start fresh"), (self.unused, "of the file are not used")):
            if names:
                more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
                lines.append(f"{len(names)} {what}: {', '.join(names[:_SHOWN])}{more}")
        sys.stderr.write("; ".join(lines) + "\n")

    def as_dict(self) -> dict[str, Any]:
        """Return the entry of run.json about the initial weights."""
        return {
            "kind": self.weights.kind,
            "file": self.weights.name,
            "sha256": self.weights.sha256,
            "layers_loaded": list(self.loaded),
            "layers_fresh": list(self.fresh),
            "layers_unused": list(self.unused),
        }


def load_into_model(model: keras.Model, weights: Weights) -> LoadReport:
    """Load weights into every layer of the same name and shape.

    Args:
        model: a model of `train.network.model.build_model` of any input size. If its backbone
            has no norms, those of the source are folded.
        weights: the source.

    Returns:
        Which layers took weights, which start at random, and which weights were left over.

    Raises:
        UsageError: the source lacks a backbone layer, or has it in another shape. A backbone
            that is partly random would train badly, and nobody would see why.
    """
    names = {layer.name for layer in model.layers}
    normed = frozenset(name for name in names if f"{name}_norm" in names and not is_backbone(name))
    available = weights.to_keras(batch_norm="Conv_norm" in names, normed=normed)
    loaded, fresh = [], []
    for layer in model.layers:
        if not layer.weights:
            continue
        shapes = [tuple(weight.shape) for weight in layer.weights]
        arrays = available.get(layer.name)
        if arrays is not None and [array.shape for array in arrays] == shapes:
            layer.set_weights(arrays)
            loaded.append(layer.name)
            continue
        if is_backbone(layer.name):
            raise UsageError(_describe_misfit(weights, layer.name, shapes, arrays))
        fresh.append(layer.name)
    unused = tuple(name for name in available if name not in loaded)
    return LoadReport(weights, tuple(loaded), tuple(fresh), unused)


def _describe_misfit(
    weights: Weights, layer_name: str, shapes: list[tuple[int, ...]], arrays: list[Any] | None
) -> str:
    if arrays is None:
        return (
            f"initial weights {weights.name} have nothing for layer {layer_name}: "
            "give a DeepLab on MobileNetV2, or a MobileNetV2"
        )
    found = [array.shape for array in arrays]
    return (
        f"initial weights {weights.name} have shapes {found} for layer {layer_name}, the model "
        f"has {shapes}: choose the --width-multiplier of the file"
    )
