"""Variable names of TensorFlow-Slim, which the published DeepLab checkpoints use.

A convolution's kernel is ``MobilenetV2/expanded_conv_7/project/weights``, a depthwise one's
``…/depthwise/depthwise_weights``, its batch norm's ``…/BatchNorm/gamma`` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from train.arrays import Float32Array
from train.initial_weights.weights import NORM_EPSILON, Convolution, Norm

_KERNEL = re.compile(r"/(weights|depthwise_weights)(_quant/.*)?$")
_NORM_PARTS = ("gamma", "beta", "moving_mean", "moving_variance")


def find_scope(variable: str) -> str | None:
    """Return the scope of a convolution's kernel, or None if the variable is no kernel."""
    found = _KERNEL.search(variable)
    return variable[: found.start()] if found else None


def slim_to_layer_name(kernel: str) -> str:
    """Return the name of our layer for a kernel: ``expanded_conv_7_project``.

    A prefix before ``MobilenetV2/``, under which a graph was imported, is dropped.
    """
    scope = find_scope(kernel)
    name = kernel if scope is None else scope
    return name.rpartition("MobilenetV2/")[2].replace("/", "_")


def gather_convolutions(
    variables: Mapping[str, Float32Array], epsilons: Mapping[str, float] | None = None
) -> dict[str, Convolution]:
    """Gather convolutions with their norms or biases from slim's variables.

    Args:
        variables: float32 by full name, without ``:0``. Depthwise kernels in TensorFlow's
            layout: (rows, columns, in, 1).
        epsilons: epsilon of each norm by scope, if the source has it; otherwise slim's default,
            0.001.

    Returns:
        The convolutions by the names of our layers.
    """
    found = {}
    for name, kernel in variables.items():
        scope = find_scope(name)
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
        found[slim_to_layer_name(name)] = Convolution(
            kernel, variables.get(f"{scope}/biases"), norm
        )
    return found
