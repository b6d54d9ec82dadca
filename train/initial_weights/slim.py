"""Names of TensorFlow-Slim, in which the published DeepLab checkpoints are written.

A convolution's kernel is ``MobilenetV2/expanded_conv_7/project/weights``, a depthwise one's
``…/depthwise/depthwise_weights``; its norm lies beside it in ``…/BatchNorm/gamma`` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from train.arrays import Float32Array
from train.initial_weights.weights import NORM_EPSILON, Convolution, Norm

_KERNEL = re.compile(r"/(weights|depthwise_weights)(_quant/.*)?$")
_NORM_PARTS = ("gamma", "beta", "moving_mean", "moving_variance")


def scope_of(variable: str) -> str | None:
    """Return the scope of a convolution's kernel; None for what is no kernel."""
    found = _KERNEL.search(variable)
    return variable[: found.start()] if found else None


def layer_name(kernel: str) -> str:
    """Return our layer's name for a kernel's: ``expanded_conv_7_project``.

    Whatever a graph was imported under stands before ``MobilenetV2/`` and is dropped.
    """
    scope = scope_of(kernel)
    name = kernel if scope is None else scope
    return name.rpartition("MobilenetV2/")[2].replace("/", "_")


def convolutions_from(
    variables: Mapping[str, Float32Array], epsilons: Mapping[str, float] | None = None
) -> dict[str, Convolution]:
    """Gather convolutions with their norms or biases from slim's variables.

    Args:
        variables: float32 by full name, without ``:0``. Depthwise kernels as TensorFlow lays
            them: (rows, columns, in, 1).
        epsilons: of norms, by scope, where the source tells; else slim's default, 0.001.
    """
    found = {}
    for name, kernel in variables.items():
        scope = scope_of(name)
        if scope is None or kernel.ndim != 4:
            continue
        norm = None
        parts = {part: variables.get(f"{scope}/BatchNorm/{part}") for part in _NORM_PARTS}
        beta, mean, variance = (parts[part] for part in _NORM_PARTS[1:])
        if beta is not None and mean is not None and variance is not None:
            gamma = parts["gamma"]
            epsilon = (epsilons or {}).get(scope, NORM_EPSILON)
            gamma = np.ones_like(beta) if gamma is None else gamma
            norm = Norm(gamma, beta, mean, variance, epsilon)
        found[layer_name(name)] = Convolution(kernel, variables.get(f"{scope}/biases"), norm)
    return found
