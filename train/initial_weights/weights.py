"""Weights between a source and our network: convolutions by the names of our layers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from train.arrays import Float32Array

NORM_EPSILON = 1e-3  # of every batch normalisation in our network


@dataclass(frozen=True, slots=True)
class Norm:
    """Batch normalisation: gamma * (x - mean) / sqrt(variance + epsilon) + beta.

    Attributes:
        gamma: float32 (channels,).
        beta: float32 (channels,).
        mean: moving mean, float32 (channels,).
        variance: moving variance, float32 (channels,).
        epsilon: constant that the source adds to the variance.
    """

    gamma: Float32Array
    beta: Float32Array
    mean: Float32Array
    variance: Float32Array
    epsilon: float = NORM_EPSILON

    @classmethod
    def hold_bias(cls, bias: Float32Array) -> Norm:
        """Return a norm that adds a bias and changes nothing else, for one that was folded."""
        ones, zeros = np.ones_like(bias), np.zeros_like(bias)
        return cls(ones, bias, zeros, np.asarray(ones - NORM_EPSILON, np.float32))

    @property
    def scale(self) -> Float32Array:
        """Factor of each channel, float32 (channels,)."""
        return np.asarray(self.gamma / np.sqrt(self.variance + self.epsilon), np.float32)

    def to_keras(self, bias: Float32Array | None) -> list[Float32Array]:
        """Return the weights of `keras.layers.BatchNormalization` after a convolution without bias.

        Args:
            bias: bias of the source's convolution, which is moved into the mean.
        """
        gamma = self.gamma
        if self.epsilon != NORM_EPSILON:
            gamma = np.asarray(self.scale * np.sqrt(self.variance + NORM_EPSILON), np.float32)
        mean = self.mean if bias is None else np.asarray(self.mean - bias, np.float32)
        return [gamma, self.beta, mean, self.variance]


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution with its batch norm.

    Attributes:
        kernel: float32 in Keras' layout: (rows, columns, in, out), or (rows, columns, in, 1)
            of a depthwise convolution.
        bias: float32 (out,), or None.
        norm: batch norm after the convolution, or None.
    """

    kernel: Float32Array
    bias: Float32Array | None = None
    norm: Norm | None = None

    def fold_norm(self) -> Convolution:
        """Return the equivalent convolution with the norm folded into kernel and bias."""
        out = self.kernel.shape[2 if self.kernel.shape[3] == 1 else 3]
        bias = np.zeros(out, np.float32) if self.bias is None else self.bias
        if self.norm is None:
            return Convolution(self.kernel, bias)
        scale = self.norm.scale
        per_channel = scale[:, None] if self.kernel.shape[3] == 1 else scale
        shifted = self.norm.beta + (bias - self.norm.mean) * scale
        return Convolution(
            np.asarray(self.kernel * per_channel, np.float32), np.asarray(shifted, np.float32)
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """The contents of a source of initial weights.

    Attributes:
        kind: ``tflite``, ``frozen graph``, ``checkpoint``, ``keras`` or ``imagenet``.
        name: name of the file, or of the source if there is no file.
        sha256: digest of the file, hexadecimal; of the weights if there is no file.
        convolutions: by the name of our layer, or the source's own name if we have no such layer.
        others: weights of all other layers by the names of our layers, in Keras' order.
    """

    kind: str
    name: str
    sha256: str
    convolutions: Mapping[str, Convolution]
    others: Mapping[str, list[Float32Array]] = field(default_factory=dict)

    @property
    def batch_norm(self) -> bool:
        """Whether the backbone should keep norms: only if every convolution has one."""
        backbone = [c for name, c in self.convolutions.items() if is_backbone(name)]
        return bool(backbone) and all(c.norm is not None for c in backbone)

    def to_keras(
        self, *, batch_norm: bool, normed: frozenset[str] = frozenset()
    ) -> dict[str, list[Float32Array]]:
        """Return the weights of each layer of our network, in Keras' order.

        Args:
            batch_norm: whether the backbone has norms; if not, those of the source are folded.
                The head always has norms.
            normed: layers of the head that a norm follows. Where the source has folded it into a
                bias, the norm takes that bias.
        """
        layers = dict(self.others)
        for name, source in self.convolutions.items():
            fold = is_backbone(name) and not batch_norm
            convolution = source.fold_norm() if fold else source
            kernel, bias, norm = convolution.kernel, convolution.bias, convolution.norm
            if norm is None and bias is not None and name in normed:
                norm, bias = Norm.hold_bias(bias), None
            layers[name] = [kernel] if bias is None or norm is not None else [kernel, bias]
            if norm is not None:
                layers[f"{name}_norm"] = norm.to_keras(bias)
        return layers


def is_backbone(layer_name: str) -> bool:
    """Return whether a layer of our network belongs to the backbone."""
    return layer_name in ("Conv", "Conv_norm") or layer_name.startswith("expanded_conv")


def hash_files(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of the concatenated files, hexadecimal."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()
