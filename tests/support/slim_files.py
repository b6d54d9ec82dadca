"""Writes a MobileNetV2 as TensorFlow-Slim does: checkpoint, frozen graph, published archive."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from train.network.backbone import STAGES, STEM_CHANNELS, count_channels

Float32Array = npt.NDArray[np.float32]
v1 = tf.compat.v1


@dataclass(frozen=True)
class SlimFile:
    """A written file, and the output of its graph.

    Attributes:
        path: value for ``--init``.
        picture: float32 (1, height, width, 3), an input.
        features: float32, the features that the graph computes from it.
    """

    path: Path
    picture: Float32Array
    features: Float32Array


class _Slim:
    """Builds the graph, with batch norms or, without `norms`, with biases."""

    def __init__(self, *, norms: bool, epsilon: float) -> None:
        self._random = np.random.default_rng(11)
        self._norms = norms
        self._epsilon = epsilon

    def _variable(self, name: str, value: Any) -> Any:
        return v1.get_variable(
            name, initializer=np.asarray(value, np.float32), use_resource=False, dtype=tf.float32
        )

    def _normalise(self, x: Any, scope: str) -> Any:
        channels, random = x.shape[-1], self._random
        if not self._norms:
            # Tools that fold norms choose any name for the bias.
            return tf.nn.bias_add(
                x, self._variable(f"{scope}/folded_shift", random.normal(0, 0.1, channels))
            )
        gamma, beta, mean, variance = (
            self._variable(f"{scope}/BatchNorm/{part}", value)
            for part, value in (
                ("gamma", random.uniform(0.5, 1.5, channels)),
                ("beta", random.normal(0, 0.1, channels)),
                ("moving_mean", random.normal(0, 0.1, channels)),
                ("moving_variance", random.uniform(0.5, 1.5, channels)),
            )
        )
        return v1.nn.fused_batch_norm(
            x, gamma, beta, mean, variance, epsilon=self._epsilon, is_training=False
        )[0]

    def convolution(self, x: Any, scope: str, out: int, size: int, stride: int = 1) -> Any:
        """Convolve and normalise."""
        inputs = x.shape[-1]
        deviation = (2 / (size * size * inputs)) ** 0.5
        kernel = self._random.normal(0, deviation, (size, size, inputs, out))
        weights = self._variable(f"{scope}/weights", kernel)
        return self._normalise(tf.nn.conv2d(x, weights, stride, "SAME"), scope)

    def depthwise(self, x: Any, scope: str, stride: int, rate: int) -> Any:
        """Convolve each channel alone and normalise; a rate above 1 becomes SpaceToBatchND."""
        kernel = self._random.normal(0, 0.5, (3, 3, x.shape[-1], 1))
        weights = self._variable(f"{scope}/depthwise_weights", kernel)
        strides = [1, stride, stride, 1]
        y = tf.nn.depthwise_conv2d(x, weights, strides, "SAME", dilations=[rate, rate])
        return self._normalise(y, scope)


def _graph(image: Any, width: float, *, norms: bool, epsilon: float) -> Any:
    """Build the backbone at output stride 16 with slim's names, and a layer of the old head."""
    slim = _Slim(norms=norms, epsilon=epsilon)
    scope = "MobilenetV2"
    x = slim.convolution(image, f"{scope}/Conv", count_channels(STEM_CHANNELS, width), 3, 2)
    x = tf.nn.relu6(x)
    reached, rate, block = 2, 1, 0
    for expansion, channels, repeats, stage_stride in STAGES:
        for repeat in range(repeats):
            stride, block_rate = (stage_stride if repeat == 0 else 1), rate
            if stride == 2 and reached == 16:
                stride, rate = 1, 2
            reached *= stride
            name = f"{scope}/expanded_conv" + (f"_{block}" if block else "")
            y = x
            if expansion > 1:
                y = tf.nn.relu6(slim.convolution(y, f"{name}/expand", y.shape[-1] * expansion, 1))
            y = tf.nn.relu6(slim.depthwise(y, f"{name}/depthwise", stride, block_rate))
            y = slim.convolution(y, f"{name}/project", count_channels(channels, width), 1)
            x = x + y if y.shape == x.shape else y
            block += 1
    features = tf.identity(x, "features")
    slim.convolution(features, "aspp0", 16, 1)
    return features


def _write(path: Path, *, norms: bool, epsilon: float, frozen: bool) -> SlimFile:
    picture = np.random.default_rng(5).uniform(-1, 1, (1, 64, 64, 3)).astype(np.float32)
    with tf.Graph().as_default() as graph, v1.Session(graph=graph) as session:
        image = v1.placeholder(tf.float32, picture.shape, "image")
        features = _graph(image, 0.35, norms=norms, epsilon=epsilon)
        v1.train.create_global_step()
        session.run(v1.global_variables_initializer())
        computed = session.run(features, {image: picture})
        if frozen:
            outputs = ["features"]
            definition = v1.graph_util.convert_variables_to_constants(
                session, graph.as_graph_def(), outputs
            )
            path.write_bytes(definition.SerializeToString())
        else:
            v1.train.Saver().save(session, str(path), write_meta_graph=False)
    return SlimFile(path, picture, computed)


def write_checkpoint(folder: Path) -> SlimFile:
    """Write ``model.ckpt-7`` with its two files."""
    return _write(folder / "model.ckpt-7", norms=True, epsilon=1e-3, frozen=False)


def write_frozen_graph(folder: Path, *, norms: bool) -> SlimFile:
    """Write a frozen graph, with norms of an unusual epsilon, or with folded norms."""
    return _write(folder / "graph.pb", norms=norms, epsilon=3e-2, frozen=True)


def write_archive(folder: Path) -> SlimFile:
    """Write an archive in the layout of DeepLab's published weights."""
    name = "deeplabv3_mnv2_pascal_train_aug"
    inside = folder / name
    inside.mkdir()
    written = write_frozen_graph(inside, norms=True)
    written.path.rename(inside / "frozen_inference_graph.pb")
    (inside / "model.ckpt-30000.index").write_bytes(b"beside it")
    path = folder / f"{name}_2018_01_29.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(inside, name)
    return SlimFile(path, written.picture, written.features)
