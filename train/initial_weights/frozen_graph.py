"""Initial weights from a frozen TensorFlow 1 graph, alone or in the published archive.

Kernels and norms are constants under the names of their variables. If a tool folded the norms
into the kernels, the bias is the constant that the next operation adds.
"""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from train.arrays import Float32Array
from train.errors import UsageError
from train.initial_weights.slim import find_scope, gather_convolutions
from train.initial_weights.weights import Weights, hash_files

_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative")
# Operations that only rearrange values; TensorFlow 1 wraps atrous convolutions in the first two.
_TRANSPARENT = ("BatchToSpaceND", "SpaceToBatchND", "Identity")


def _read_graph_bytes(path: Path) -> bytes:
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
    """The nodes of a graph, linked in both directions."""

    def __init__(self, nodes: Any) -> None:
        self.nodes = {node.name: node for node in nodes}
        self._consumers: dict[str, list[Any]] = {}
        for node in nodes:
            for name in node.input:
                self._consumers.setdefault(_strip_output(name), []).append(node)

    def find_constant(self, name: str) -> str | None:
        """Return the name of the constant that an input reads, past identities, or None."""
        node = self.nodes.get(_strip_output(name))
        while node is not None and node.op == "Identity":
            node = self.nodes.get(_strip_output(node.input[0]))
        return node.name if node is not None and node.op == "Const" else None

    def find_consumer(self, node: Any) -> Any | None:
        """Return the one node that reads a convolution's result, past ``_TRANSPARENT`` ones."""
        consumers = self._consumers.get(node.name, [])
        while len(consumers) == 1 and consumers[0].op in _TRANSPARENT:
            consumers = self._consumers.get(consumers[0].name, [])
        return consumers[0] if len(consumers) == 1 else None


def _strip_output(name: str) -> str:
    """Return the node of an input: ``^node`` or ``node:0``."""
    return name.removeprefix("^").partition(":")[0]


def read_frozen_graph(path: Path) -> Weights:
    """Read each convolution of a ``.pb``, or of the ``.pb`` in a ``.tar.gz``.

    Raises:
        UsageError: the file holds no frozen graph, or is damaged.
    """
    from tensorflow.core.framework.graph_pb2 import GraphDef  # noqa: PLC0415 - heavy
    from tensorflow.python.framework.tensor_util import MakeNdarray  # noqa: PLC0415 - heavy

    definition, content = GraphDef(), _read_graph_bytes(path)
    try:
        definition.ParseFromString(content)
    except Exception as error:  # protobuf documents no exceptions
        raise UsageError(f"initial weights {path} are no frozen graph: fetch it again") from error
    graph = _Graph(definition.node)
    variables: dict[str, Float32Array] = {
        node.name: np.asarray(MakeNdarray(node.attr["value"].tensor), np.float32)
        for node in definition.node
        if node.op == "Const" and node.attr["dtype"].type == 1  # DT_FLOAT
    }
    epsilons = {}
    for node in definition.node:
        kernel = graph.find_constant(node.input[1]) if node.op in _CONVOLUTIONS else None
        scope = find_scope(kernel) if kernel else None
        consumer = graph.find_consumer(node)
        if scope is None or consumer is None:
            continue
        if consumer.op.startswith("FusedBatchNorm"):
            epsilons[scope] = float(consumer.attr["epsilon"].f)
        elif consumer.op in ("BiasAdd", "Add", "AddV2"):
            bias = graph.find_constant(consumer.input[1])
            if bias in variables and variables[bias].ndim == 1:
                variables.setdefault(f"{scope}/biases", variables[bias])
    return Weights(
        "frozen graph", path.name, hash_files([path]), gather_convolutions(variables, epsilons)
    )
