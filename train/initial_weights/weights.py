"""The form between a file of weights and our network: convolutions by our layers' names."""

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
        gamma: float32, shape (channels,).
        beta: same shape.
        mean: same shape, the moving one.
        variance: same shape, the moving one.
        epsilon: what the source adds to the variance.
    """

    gamma: Float32Array
    beta: Float32Array
    mean: Float32Array
    variance: Float32Array
    epsilon: float = NORM_EPSILON

    @property
    def scale(self) -> Float32Array:
        """What each channel is multiplied by."""
        return np.asarray(self.gamma / np.sqrt(self.variance + self.epsilon), np.float32)

    def arrays(self, bias: Float32Array | None) -> list[Float32Array]:
        """Return what `keras.layers.BatchNormalization` takes, for a convolution without bias.

        Args:
            bias: of the convolution before; it moves into the mean, and the sum stays the same.
        """
        gamma = self.gamma
        if self.epsilon != NORM_EPSILON:
            gamma = np.asarray(self.scale * np.sqrt(self.variance + NORM_EPSILON), np.float32)
        mean = self.mean if bias is None else np.asarray(self.mean - bias, np.float32)
        return [gamma, self.beta, mean, self.variance]


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution, with what follows it until the activation.

    Attributes:
        kernel: float32, Keras layout: (rows, columns, in, out), or (rows, columns, in, 1)
            for a depthwise one.
        bias: float32, shape (out,), or None.
        norm: batch normalisation after it, or None.
    """

    kernel: Float32Array
    bias: Float32Array | None = None
    norm: Norm | None = None

    def folded(self) -> Convolution:
        """Return the same map without normalisation: it moves into kernel and bias."""
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
    """What a source of initial weights holds.

    Attributes:
        kind: ``tflite``, ``frozen graph``, ``checkpoint``, ``keras`` or ``imagenet``.
        name: the file's name, or what it is called where there is none.
        sha256: of its bytes, hexadecimal; of the weights' where there is no file.
        convolutions: by the name of our layer, or by the source's own where we have none.
        others: weights of layers that are no convolution with its norm, by our layers' names.
    """

    kind: str
    name: str
    sha256: str
    convolutions: Mapping[str, Convolution]
    others: Mapping[str, list[Float32Array]] = field(default_factory=dict)

    @property
    def batch_norm(self) -> bool:
        """Whether the backbone should keep norms: only where every convolution brings one."""
        backbone = [c for name, c in self.convolutions.items() if is_backbone(name)]
        return bool(backbone) and all(c.norm is not None for c in backbone)

    def arrays(self, *, batch_norm: bool) -> dict[str, list[Float32Array]]:
        """Return the weights of each layer of our network, in Keras' order.

        Args:
            batch_norm: whether the backbone has norms; else those of the source are folded. The
                head always has norms.
        """
        given = dict(self.others)
        for name, source in self.convolutions.items():
            fold = is_backbone(name) and not batch_norm
            convolution = source.folded() if fold else source
            kernel, bias, norm = convolution.kernel, convolution.bias, convolution.norm
            given[name] = [kernel] if bias is None or norm is not None else [kernel, bias]
            if norm is not None:
                given[f"{name}_norm"] = norm.arrays(bias)
        return given


def is_backbone(layer_name: str) -> bool:
    """Tell whether a layer, by our name for it, belongs to the backbone."""
    return layer_name in ("Conv", "Conv_norm") or layer_name.startswith("expanded_conv")


def sha256_of(paths: Iterable[Path]) -> str:
    """Return the digest of the files' bytes, one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()
