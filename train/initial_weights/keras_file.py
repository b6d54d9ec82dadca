"""Initial weights from Keras: a ``.keras`` of ours, or a MobileNetV2 as Keras itself names it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from train.arrays import Float32Array
from train.errors import UsageError
from train.initial_weights.weights import NORM_EPSILON, Convolution, Norm, Weights, sha256_of

_KERAS_STEM = {"Conv1": "Conv", "bn_Conv1": "Conv_norm"}


def our_name(layer_name: str) -> str:
    """Return our name for a layer: Keras says ``block_7_project_BN`` and ``Conv1``."""
    name = _KERAS_STEM.get(layer_name, layer_name)
    name = re.sub(r"^block_([0-9]+)_", r"expanded_conv_\1_", name)
    return f"{name.removesuffix('_BN')}_norm" if name.endswith("_BN") else name


def weights_from_layers(
    layers: Mapping[str, Sequence[Float32Array]], epsilons: Mapping[str, float] | None = None
) -> tuple[dict[str, Convolution], dict[str, list[Float32Array]]]:
    """Sort layers' weights into convolutions with their norms, and others.

    Args:
        layers: weights by our layers' names, in Keras' order.
        epsilons: of norms, by our layers' names.
    """
    convolutions, others = {}, {}
    for name, arrays in layers.items():
        if arrays[0].ndim != 4:
            continue
        parts = layers.get(f"{name}_norm")
        norm = None
        if parts is not None and len(parts) == 4:
            gamma, beta, mean, variance = parts
            epsilon = (epsilons or {}).get(f"{name}_norm", NORM_EPSILON)
            norm = Norm(gamma, beta, mean, variance, epsilon)
        convolutions[name] = Convolution(arrays[0], arrays[1] if len(arrays) > 1 else None, norm)
    paired = {f"{name}_norm" for name, given in convolutions.items() if given.norm is not None}
    for name, arrays in layers.items():
        if name not in convolutions and name not in paired:
            others[name] = list(arrays)
    return convolutions, others


def _leaves(model: Any) -> Iterator[Any]:
    """Yield layers with weights of their own, those of nested models too."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _leaves(layer)
        elif layer.weights:
            yield layer


def weights_of_model(model: Any, *, kind: str, name: str, sha256: str) -> Weights:
    """Take the weights of a Keras model."""
    layers, epsilons = {}, {}
    for layer in _leaves(model):
        ours = our_name(layer.name)
        layers[ours] = [np.asarray(array, np.float32) for array in layer.get_weights()]
        if hasattr(layer, "epsilon"):
            epsilons[ours] = float(layer.epsilon)
    return Weights(kind, name, sha256, *weights_from_layers(layers, epsilons))


def read_keras(path: Path) -> Weights:
    """Read a ``.keras`` file.

    Raises:
        UsageError: the file is damaged or needs code that we do not have.
    """
    import keras  # noqa: PLC0415 - heavy

    try:
        model = keras.saving.load_model(path, compile=False)
    except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"initial weights {path} are a damaged .keras, or have layers of their own making: "
            "save the model from plain Keras layers"
        ) from error
    return weights_of_model(model, kind="keras", name=path.name, sha256=sha256_of([path]))
