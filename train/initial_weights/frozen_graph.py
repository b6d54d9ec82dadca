"""Initial weights from a frozen TensorFlow 1 graph, alone or in the published archive.

Kernels and norms are constants that keep the variables' names. Where a tool folded the norms
into the kernels, the bias is found by walking on from the convolution.
"""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from train.arrays import Float32Array
from train.errors import UsageError
from train.initial_weights.slim import convolutions_from, scope_of
from train.initial_weights.weights import Weights, sha256_of

_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative")
# TensorFlow 1 wraps an atrous convolution in two of these.
_PASSED = ("BatchToSpaceND", "SpaceToBatchND", "Identity")


def _graph_bytes(path: Path) -> bytes:
    if path.suffix == ".pb":
        return path.read_bytes()
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = Path(member.name).name
                # frozen_inference_graph.pb for DeepLab, mobilenet_v2_1.0_224_frozen.pb elsewhere.
                file = archive.extractfile(member) if "frozen" in name else None
                if file is not None and name.endswith(".pb"):
                    return file.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise UsageError(f"initial weights {path} are a damaged archive: fetch it again") from error
    raise UsageError(f"initial weights {path} hold no frozen graph: give the .pb itself")


class _Graph:
    """A graph's nodes, to be walked both ways."""

    def __init__(self, nodes: Any) -> None:
        self.nodes = {node.name: node for node in nodes}
        self._after: dict[str, list[Any]] = {}
        for node in nodes:
            for name in node.input:
                self._after.setdefault(_node_of(name), []).append(node)

    def constant(self, name: str) -> str | None:
        """Return the name of the constant behind a node's input, or None."""
        node = self.nodes.get(_node_of(name))
        while node is not None and node.op == "Identity":
            node = self.nodes.get(_node_of(node.input[0]))
        return node.name if node is not None and node.op == "Const" else None

    def next_after(self, node: Any) -> Any | None:
        """Return what a convolution's result goes into, past what only rearranges it."""
        following = self._after.get(node.name, [])
        while len(following) == 1 and following[0].op in _PASSED:
            following = self._after.get(following[0].name, [])
        return following[0] if len(following) == 1 else None


def _node_of(name: str) -> str:
    return name.removeprefix("^").partition(":")[0]


def read_frozen_graph(path: Path) -> Weights:
    """Read each convolution of a ``.pb``, or of the ``.pb`` in a ``.tar.gz``.

    Raises:
        UsageError: the file is no frozen graph.
    """
    from tensorflow.core.framework.graph_pb2 import GraphDef  # noqa: PLC0415 - heavy
    from tensorflow.python.framework.tensor_util import MakeNdarray  # noqa: PLC0415 - heavy

    definition, content = GraphDef(), _graph_bytes(path)
    try:
        definition.ParseFromString(content)
    except Exception as error:  # protobuf raises what it trips over
        raise UsageError(f"initial weights {path} are no frozen graph: fetch it again") from error
    graph = _Graph(definition.node)
    variables: dict[str, Float32Array] = {
        node.name: np.asarray(MakeNdarray(node.attr["value"].tensor), np.float32)
        for node in definition.node
        if node.op == "Const" and node.attr["dtype"].type == 1  # DT_FLOAT
    }
    epsilons = {}
    for node in definition.node:
        kernel = graph.constant(node.input[1]) if node.op in _CONVOLUTIONS else None
        scope = scope_of(kernel) if kernel else None
        following = graph.next_after(node)
        if scope is None or following is None:
            continue
        if following.op.startswith("FusedBatchNorm"):
            epsilons[scope] = float(following.attr["epsilon"].f)
        elif following.op in ("BiasAdd", "Add", "AddV2"):
            bias = graph.constant(following.input[1])
            if bias in variables and variables[bias].ndim == 1:
                variables.setdefault(f"{scope}/biases", variables[bias])
    return Weights(
        "frozen graph", path.name, sha256_of([path]), convolutions_from(variables, epsilons)
    )
