"""Initial weights from a ``.keras`` file, with our layer names or those of Keras' MobileNetV2."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from train.arrays import Float32Array
from train.errors import UsageError
from train.initial_weights.weights import NORM_EPSILON, Convolution, Norm, Weights, hash_files

_KERAS_FIRST_LAYER = {"Conv1": "Conv", "bn_Conv1": "Conv_norm"}


def keras_to_layer_name(layer_name: str) -> str:
    """Return the name of our layer for a layer of Keras, such as ``block_7_project_BN``."""
    name = _KERAS_FIRST_LAYER.get(layer_name, layer_name)
    name = re.sub(r"^block_([0-9]+)_", r"expanded_conv_\1_", name)
    return f"{name.removesuffix('_BN')}_norm" if name.endswith("_BN") else name


def sort_layers(
    layers: Mapping[str, Sequence[Float32Array]], epsilons: Mapping[str, float] | None = None
) -> tuple[dict[str, Convolution], dict[str, list[Float32Array]]]:
    """Sort the weights of layers into convolutions with their norms, and others.

    Args:
        layers: weights by the names of our layers, in Keras' order.
        epsilons: epsilons of norms by the names of our layers; otherwise ``NORM_EPSILON``.

    Returns:
        Convolutions, and the weights of all other layers, by the names of our layers.
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
    paired = {f"{name}_norm" for name, each in convolutions.items() if each.norm is not None}
    for name, arrays in layers.items():
        if name not in convolutions and name not in paired:
            others[name] = list(arrays)
    return convolutions, others


def _iterate_layers(model: Any) -> Iterator[Any]:
    """Yield the layers with weights, including those of nested models."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _iterate_layers(layer)
        elif layer.weights:
            yield layer


def read_model_weights(model: Any, *, kind: str, name: str, sha256: str) -> Weights:
    """Read the weights of a Keras model; the arguments are fields of `Weights`."""
    layers, epsilons = {}, {}
    for layer in _iterate_layers(model):
        ours = keras_to_layer_name(layer.name)
        layers[ours] = [np.asarray(array, np.float32) for array in layer.get_weights()]
        if hasattr(layer, "epsilon"):
            epsilons[ours] = float(layer.epsilon)
    return Weights(kind, name, sha256, *sort_layers(layers, epsilons))


def read_keras(path: Path) -> Weights:
    """Read a ``.keras`` file.

    Raises:
        UsageError: the file is damaged or needs custom code.
    """
    import keras  # noqa: PLC0415 - heavy

    try:
        model = keras.saving.load_model(path, compile=False)
    except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"initial weights {path} are a damaged .keras, or have layers of their own making: "
            "save the model from plain Keras layers"
        ) from error
    return read_model_weights(model, kind="keras", name=path.name, sha256=hash_files([path]))
